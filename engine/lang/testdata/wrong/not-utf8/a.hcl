# café
language = 1
