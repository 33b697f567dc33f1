;; As `parrot.wat`, for calls in registers. `set_register` takes their answer; `set` takes the answer of
;; `plugix_failure`.
(module
  (memory (export "memory") 2)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\09\00\00\00" "\40\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")
  (data (i32.const 64) "registers")
  (global $register (mut i64) (i64.const 0))
  (global $status (mut i32) (i32.const 0))
  (global $ptr (mut i32) (i32.const 0))
  (global $len (mut i32) (i32.const 0))
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free"))

  (func (export "plugix:set_register") (param $frame i32) (result i32)
    (global.set $register (i64.load offset=32 (local.get $frame)))
    (i64.store offset=16 (local.get $frame) (i64.const 0))
    (i32.const 0))
  (func (export "plugix:set") (param $frame i32) (result i32)
    (global.set $status (i32.load offset=32 (local.get $frame)))
    (global.set $ptr (i32.load offset=36 (local.get $frame)))
    (global.set $len (i32.load offset=40 (local.get $frame)))
    (memory.copy (i32.const 8192) (i32.add (local.get $frame) (i32.const 44))
      (i32.sub (i32.load (local.get $frame)) (i32.const 12)))
    (i64.store offset=16 (local.get $frame) (i64.const 0))
    (i32.const 0))

  (func
    (export "plugix_scalar:Liar/nothing") (export "plugix_scalar:Liar/number") (export "plugix_scalar:Liar/flag")
    (result i64)
    (global.get $register))
  ;; The host asks for these as well.
  (func
    (export "plugix:Liar/nothing") (export "plugix:Liar/number") (export "plugix:Liar/flag")
    (export "plugix:Liar/text") (export "plugix:Liar/bytes") (export "plugix:Liar/points")
    (export "plugix:Liar/table") (export "plugix:Liar/fallible") (export "plugix:Liar/numbers")
    (export "plugix:Liar/take") (export "plugix_failure")
    (param $frame i32) (result i32)
    (i32.store offset=16 (local.get $frame) (global.get $ptr))
    (i32.store offset=20 (local.get $frame) (global.get $len))
    (global.get $status)))
