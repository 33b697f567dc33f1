;; Has no memory at all.
(module
  (func (export "_initialize")))
