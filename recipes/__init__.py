"""Short programs that train, evaluate and export one kind of model each."""
