module thrum

go 1.19
