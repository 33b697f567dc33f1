;; Waits by an instruction for a number that nobody changes.
(module
  (import "env" "memory" (memory 1 2 shared))
  (export "memory" (memory 0))
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\02\00\00\00" "\42\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")
  (data (i32.const 64) "by1")
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free"))
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "plugix:wait") (param $frame i32) (result i32)
    (loop (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))) (br 0))
    (i32.const 0)))
