"""Three nets for rows of 784 pixels, of either library's layers."""


def logistic(nn):
    """784-10: logistic regression."""
    return nn.Sequential(nn.Linear(784, 10))


def mlp(nn):
    """784-50-10, with a ReLU between."""
    return nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10))


def cnn(nn):
    """Three convolutions, 28 to 14 to 7 to 4 pixels wide, and their mean."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 10, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


MODELS = {"logistic": logistic, "mlp": mlp, "cnn": cnn}
