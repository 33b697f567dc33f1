;; seed 2035 has its policy
;; stack_checkpoint -> host unwind() -> guest's own "asyncify_start_unwind" -> stack_checkpoint -> ... on the host's stack
(module
  (import "env" "memory" (memory 16 4096 shared))
  (export "wasi_thread_start" (func $wts))
  (import "wasix_32v1" "stack_checkpoint" (func $cp (param i32 i32) (result i32)))
  (global (export "plugix_metadata") i32 (i32.const 0))
  (global (export "__stack_pointer") (mut i32) (i32.const 65536))
  (func (export "asyncify_start_unwind") (param i32) (drop (call $cp (i32.const 1024) (i32.const 2048))))
  (func (export "asyncify_stop_unwind"))
  (func (export "asyncify_start_rewind") (param i32))
  (func (export "asyncify_stop_rewind"))
  (func (export "asyncify_get_state") (result i32) (i32.const 0))
  (func $wts (param i32 i32))
  (func (export "_initialize") (drop (call $cp (i32.const 1024) (i32.const 2048)))))
