;; A library whose memory the host makes, as threads need it. The library can't be initialized.
(module
  (import "env" "memory" (memory 1 2 shared))
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (data (i32.const 5) "*"))
