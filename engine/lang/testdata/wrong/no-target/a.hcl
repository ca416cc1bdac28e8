mapping "people" {
}
