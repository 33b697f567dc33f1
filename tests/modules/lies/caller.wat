;; Calls the host with whatever numbers it is told, and returns what the host returns.
(module
  (import "env" "memory" (memory 2))
  (import "plugix:Store" "put" (func $put (param i32 i32 i32 i32) (result i64)))
  (import "plugix:Store" "list" (func $list (param i32 i32 i32 i32) (result i64)))
  (import "plugix:Store" "later" (func $later (result i64)))
  (import "plugix" "take_result" (func $take_result (param i32 i32) (result i32)))
  (import "plugix" "stream_next" (func $stream_next (param i32 i32 i32) (result i64)))
  (import "plugix" "stream_drop" (func $stream_drop (param i32)))
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\06\00\00\00" "\40\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")
  (data (i32.const 64) "caller")
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free"))

  ;; The argument at a place, from 0.
  (func $arg (param $frame i32) (param $at i32) (result i32)
    (i32.load offset=32 (i32.add (local.get $frame) (i32.mul (local.get $at) (i32.const 4)))))
  ;; Answers with a number.
  (func $answer (param $frame i32) (param $number i64) (result i32)
    (i64.store offset=8192 (i32.const 0) (local.get $number))
    (i32.store offset=16 (local.get $frame) (i32.const 8192))
    (i32.store offset=20 (local.get $frame) (i32.const 8))
    (i32.const 0))

  (func (export "plugix:put") (param $frame i32) (result i32)
    (call $answer (local.get $frame) (call $put
      (call $arg (local.get $frame) (i32.const 0)) (call $arg (local.get $frame) (i32.const 1))
      (call $arg (local.get $frame) (i32.const 2)) (call $arg (local.get $frame) (i32.const 3)))))
  (func (export "plugix:list") (param $frame i32) (result i32)
    (call $answer (local.get $frame) (call $list
      (call $arg (local.get $frame) (i32.const 0)) (call $arg (local.get $frame) (i32.const 1))
      (call $arg (local.get $frame) (i32.const 2)) (call $arg (local.get $frame) (i32.const 3)))))
  (func (export "plugix:later") (param $frame i32) (result i32)
    (call $answer (local.get $frame) (call $later)))
  (func (export "plugix:take_result") (param $frame i32) (result i32)
    (call $answer (local.get $frame) (i64.extend_i32_u (call $take_result
      (call $arg (local.get $frame) (i32.const 0)) (call $arg (local.get $frame) (i32.const 1))))))
  (func (export "plugix:stream_next") (param $frame i32) (result i32)
    (call $answer (local.get $frame) (call $stream_next
      (call $arg (local.get $frame) (i32.const 0)) (call $arg (local.get $frame) (i32.const 1))
      (call $arg (local.get $frame) (i32.const 2)))))
  (func (export "plugix:stream_drop") (param $frame i32) (result i32)
    (call $stream_drop (call $arg (local.get $frame) (i32.const 0)))
    (call $answer (local.get $frame) (i64.const 0))))
