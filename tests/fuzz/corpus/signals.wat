;; seed 2035 has its policy
;; a thread in sock_send_file (which waits in wasmer-wasix's __asyncify) runs the exported "__wasm_signal" when a signal comes, although
;; callback_signal is closed; the handler waits in the same way: handlers in handlers on the host's stack
(module
  (import "env" "memory" (memory 16 4096 shared))
  (export "wasi_thread_start" (func $wts))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasix_32v1" "sock_open" (func $open (param i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "sock_bind" (func $bind (param i32 i32) (result i32)))
  (import "wasix_32v1" "sock_send_file" (func $sf (param i32 i32 i64 i64 i32) (result i32)))
  (import "wasix_32v1" "thread_signal" (func $ts (param i32 i32) (result i32)))
  (import "wasix_32v1" "thread_id" (func $tid (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
  (global (export "plugix_metadata") i32 (i32.const 0))
  (func $wts (param i32 i32)
    (loop $l (drop (call $ts (i32.load (i32.const 64)) (i32.const 10))) (br $l)))
  (func (export "__wasm_signal") (param i32)
    (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))
    (drop (call $sf (i32.load (i32.const 68)) (i32.load (i32.const 68)) (i64.const 0) (i64.const 4096) (i32.const 256))))
  (func (export "_initialize")
    (drop (call $tid (i32.const 64)))
    ;; inet4, dgram, udp
    (i32.store (i32.const 72) (call $open (i32.const 1) (i32.const 2) (i32.const 17) (i32.const 68)))
    ;; address: tag inet4 = 1, port 0, 0.0.0.0
    (i32.store8 (i32.const 512) (i32.const 1))
    (i32.store (i32.const 76) (call $bind (i32.load (i32.const 68)) (i32.const 512)))
    (drop (call $spawn (i32.const 0)))
    (i32.store (i32.const 80) (call $sf (i32.load (i32.const 68)) (i32.load (i32.const 68)) (i64.const 0) (i64.const 4096) (i32.const 256)))
    ;; print the results
    (i32.store8 (i32.const 1024) (i32.add (i32.const 65) (i32.load (i32.const 72))))
    (i32.store8 (i32.const 1025) (i32.add (i32.const 65) (i32.load (i32.const 76))))
    (i32.store8 (i32.const 1026) (i32.add (i32.const 65) (i32.load (i32.const 80))))
    (i32.store (i32.const 1100) (i32.const 1024)) (i32.store (i32.const 1104) (i32.const 3))
    (drop (call $w (i32.const 1) (i32.const 1100) (i32.const 1) (i32.const 1200)))
    (unreachable)))
