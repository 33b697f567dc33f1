;; A plugin whose methods take and return registers. They don't always return what they should. Nobody calls the exports
;; by frame; all of them are one function.
(module
  (memory (export "memory") 2)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\02\00\00\00" "\42\00\00\00\03\00\00\00" "\45\00\00\00\07\00\00\00" "\4c\00\00\00\04\00\00\00")
  (data (i32.const 64) "by" "0.1" "by hand" "none")
  ;; The status of the last failure.
  (global $failure (mut i32) (i32.const 0))
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free"))

  ;; The payload "by", as short as no report of a panic is.
  (func (export "plugix_failure") (param $frame i32) (result i32)
    (i32.store offset=16 (local.get $frame) (i32.const 64))
    (i32.store offset=20 (local.get $frame) (i32.const 2))
    (global.get $failure))
  (func $fail (param $status i32) (result i64)
    (global.set $failure (local.get $status))
    (i64.shl (i64.extend_i32_u (local.get $status)) (i64.const 32)))

  (func (export "plugix_scalar:Lies/flag") (result i64) (i64.const 2))
  (func (export "plugix_scalar:Lies/byte") (result i64) (i64.const 128))
  (func (export "plugix_scalar:Lies/nothing") (result i64) (i64.const 1))
  (func (export "plugix_scalar:Lies/no_such_status") (result i64) (call $fail (i32.const 99)))
  (func (export "plugix_scalar:Lies/status_of_the_host") (result i64) (call $fail (i32.const 4)))
  (func (export "plugix_scalar:Lies/an_error") (result i64) (call $fail (i32.const 1)))
  (func (export "plugix_scalar:Lies/panic_of_garbage") (result i64) (call $fail (i32.const 2)))
  (func (export "plugix_scalar:Lies/forgotten") (result i64) (i64.const 0x2_0000_0000))
  (func (export "plugix_scalar:Lies/negative") (result i64) (i64.const 0xffffff80))
  (func (export "plugix_scalar:Lies/misunderstand") (param i64) (result i64) (call $fail (i32.const 3)))
  (func (export "plugix_scalar:Lies/of_another_type") (param i32 i32) (result i64) (i64.const 0))

  (func $trap (param i32) (result i32) (unreachable))
  (export "plugix:Lies/flag" (func $trap))
  (export "plugix:Lies/byte" (func $trap))
  (export "plugix:Lies/nothing" (func $trap))
  (export "plugix:Lies/no_such_status" (func $trap))
  (export "plugix:Lies/status_of_the_host" (func $trap))
  (export "plugix:Lies/an_error" (func $trap))
  (export "plugix:Lies/panic_of_garbage" (func $trap))
  (export "plugix:Lies/forgotten" (func $trap))
  (export "plugix:Lies/negative" (func $trap))
  (export "plugix:Lies/misunderstand" (func $trap))

  ;; The sum of two small numbers, each of one byte.
  (func $add (param $frame i32) (result i32)
    (i32.store8 offset=48 (local.get $frame)
      (i32.add (i32.load8_u offset=32 (local.get $frame)) (i32.load8_u offset=33 (local.get $frame))))
    (i32.store offset=16 (local.get $frame) (i32.add (local.get $frame) (i32.const 48)))
    (i32.store offset=20 (local.get $frame) (i32.const 1))
    (i32.const 0))
  (export "plugix:Lies/older" (func $add))
  (export "plugix:Lies/of_another_type" (func $add)))
