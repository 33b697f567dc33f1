;; Shares its memory and asks for threads. The threads would have nowhere to begin.
(module
  (import "env" "memory" (memory 1 2 shared))
  (import "wasi" "thread-spawn" (func (param i32) (result i32)))
  (func (export "_initialize")))
