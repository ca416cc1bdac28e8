connection "here" {
}

plugin "file" {
}

mapping "people" {
  source "person" {
    conection = connection.here
    field "id" {
    }
  }
  target "file" {
  }
}
