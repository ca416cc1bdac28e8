maping "people" {
}

whatsit = 3
