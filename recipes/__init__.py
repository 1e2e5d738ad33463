"""Short programs that train, evaluate and export one kind of model each."""

from seqkit.recipe.backend import require_backend

require_backend()
