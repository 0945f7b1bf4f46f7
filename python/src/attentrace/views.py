explorer = head_view = heatmap = model_view = neuron_view = token_view = None
