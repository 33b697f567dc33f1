;; Wants `fd_close` with one parameter too many.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize")))
