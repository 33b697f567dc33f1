;; Wants `fd_close` to be a global.
(module
  (import "wasi_snapshot_preview1" "fd_close" (global i32))
  (memory (export "memory") 1)
  (func (export "_initialize")))
