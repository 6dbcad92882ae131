"""How much work: operators, parameters, FLOPs and bytes of networks, on no hardware in particular."""
