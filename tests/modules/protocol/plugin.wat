;; A plugin that is written by hand against the ABI, without the SDK. A frame has the length of the arguments at 0, the
;; result's pointer at 16 and its length at 20, and the arguments at 32. The plugin's one frame lies at 1024.
(module
  (memory (export "memory") 2)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\02\00\00\00" "\42\00\00\00\03\00\00\00" "\45\00\00\00\07\00\00\00" "\4c\00\00\00\04\00\00\00")
  (data (i32.const 64) "by" "0.1" "by hand" "none")
  (global $freed (mut i32) (i32.const 0))
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free")
    (global.set $freed (i32.add (global.get $freed) (i32.const 1))))

  ;; Points the result at `ptr`, `len`.
  (func $give (param $frame i32) (param $ptr i32) (param $len i32)
    (i32.store offset=16 (local.get $frame) (local.get $ptr))
    (i32.store offset=20 (local.get $frame) (local.get $len)))

  (func (export "plugix:echo") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.add (local.get $frame) (i32.const 32)) (i32.load (local.get $frame)))
    (i32.const 0))
  (func (export "plugix:refuse") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 64) (i32.const 2))
    (i32.const 1))
  (func (export "plugix:misunderstand") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 64) (i32.const 2))
    (i32.const 3))
  ;; 65,537 bytes. That is one more than a host leaves with the plugin until the next call.
  (func (export "plugix:large") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 0) (i32.const 65537))
    (i32.const 0))
  ;; How often a result was given back.
  (func (export "plugix:freed") (param $frame i32) (result i32)
    (i32.store offset=32 (local.get $frame) (global.get $freed))
    (call $give (local.get $frame) (i32.add (local.get $frame) (i32.const 32)) (i32.const 4))
    (i32.const 0))

  ;; From here on, each breaks the protocol.
  (func (export "plugix:no_such_status") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 0) (i32.const 0))
    (i32.const 99))
  (func (export "plugix:status_of_the_host") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 0) (i32.const 0))
    (i32.const 4))
  (func (export "plugix:result_out_of_bounds") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 131071) (i32.const 2))
    (i32.const 0))
  (func (export "plugix:result_overflows") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const -1) (i32.const 2))
    (i32.const 0))
  (func (export "plugix:panic_of_garbage") (param $frame i32) (result i32)
    (call $give (local.get $frame) (i32.const 0) (i32.const 0))
    (i32.const 2))
  (func (export "plugix:of_another_type")))
