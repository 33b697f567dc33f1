;; seed 2035 has its policy
(module
  (import "env" "memory" (memory 16 4096 shared))
  (export "wasi_thread_start" (func $wts))
  (global (export "plugix_metadata") i32 (i32.const 0))
  (tag $e)
  (func $t (throw $e))
  (func $wts (param i32 i32))
  (func (export "_initialize")
    (loop $l
      (block $b (try_table (catch $e $b) (call $t)))
      (br $l))))
