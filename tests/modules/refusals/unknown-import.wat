;; Wants a function that neither WASIX nor the host has, and one that WASIX has.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (import "env" "frobnicate" (func))
  (memory (export "memory") 1)
  (func (export "_initialize")))
