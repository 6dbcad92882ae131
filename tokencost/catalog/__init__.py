"""The catalogue: YAML records to nouns, each number with somebody who says so."""
