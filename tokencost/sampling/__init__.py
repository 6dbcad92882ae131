"""A small sampler that really runs: the loop that the autoregressive family prices, executed and counted.

Its transformer is a record of the same kind as those of real models, so that the formulas of `counting` speak about
exactly what runs here. The weights are drawn, not trained: its pictures mean nothing, its costs are real.
"""
