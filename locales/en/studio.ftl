# The studio: model, text, recipe, run.
studio-title = Teach a sentence encoder what means the same, in this tab
studio-lede = SimCSE encodes every sentence twice, each time with other random activations dropped, and trains the encoder to find the pair again among all other sentences of the batch. That draws paraphrases together (alignment) and spreads everything else over the sphere (uniformity): on your own GPU, with nothing leaving this page.
