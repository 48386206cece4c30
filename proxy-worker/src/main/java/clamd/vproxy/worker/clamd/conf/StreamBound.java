package clamd.vproxy.worker.clamd.conf;

/** The three options of clamd.conf that each bound the size of an INSTREAM. */
public enum StreamBound {
    /** clamd refuses a longer stream with an error. */
    STREAM_MAX_LENGTH("StreamMaxLength"),
    /** clamd answers OK to a longer stream without having scanned it. */
    MAX_FILE_SIZE("MaxFileSize"),
    /** clamd answers OK to a longer stream without having scanned it. */
    MAX_SCAN_SIZE("MaxScanSize");

    private final String option;

    StreamBound(String option) {
        this.option = option;
    }

    /** Returns the option's name as it is written in clamd.conf. */
    public String option() {
        return option;
    }
}
