from .drawing import graph as graph
