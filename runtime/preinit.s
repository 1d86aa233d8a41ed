# Starts the runtime before any constructor of any module.  Appended by the
# plugin to objects that can only go into an executable: their hooks use the
# executable's own TLS word, so its runtime has to be the first to start.
# (.preinit_array is not allowed in a shared object.)
	.ifndef .Lcprof_preinit_said
	.section .preinit_array,"awG",@preinit_array,__cprof_preinit_1,comdat
	.balign 8
	.quad __cprof_preinit.1
.Lcprof_preinit_said:
	.endif
	.text
