what = ever
