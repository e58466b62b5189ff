"""What a tensor is apart from its gradients: types, making, printing."""

from companion.autograd import methods as methods  # a tensor has its methods
