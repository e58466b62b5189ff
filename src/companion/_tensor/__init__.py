"""What a tensor is apart from its gradients: types, making, printing."""
