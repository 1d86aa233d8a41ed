/* Starts LLVM's XRay in profiling mode around main, linked with --wrap=main: XRAY_OPTIONS
 * alone selects the mode and patches the functions, but nothing begins to record, and
 * each call costs a twentieth of what it does then.  For bench/compare.
 */
int __xray_log_select_mode(const char *mode);
int __xray_log_init_mode(const char *mode, const char *options);
int __xray_log_finalize(void);
int __xray_log_flushLog(void);
int __xray_patch(void);
int __real_main(int count, char **words, char **environment);
int __wrap_main(int count, char **words, char **environment);

int __wrap_main(int count, char **words, char **environment)
{
    __xray_log_select_mode("xray-profiling");
    __xray_log_init_mode("xray-profiling", "");
    __xray_patch();
    int status = __real_main(count, words, environment);
    __xray_log_finalize();
    __xray_log_flushLog();
    return status;
}
