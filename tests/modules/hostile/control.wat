;; Names a second memory. A plugin has none.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\02\00\00\00" "\42\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")
  (data (i32.const 64) "by1")
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free"))
  (func (export "plugix:grow") (param $frame i32) (result i32)
    (memory.grow 1 (i32.const 1))))
