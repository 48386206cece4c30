package clamd.vproxy.worker.clamd.conf;

/** The three options of clamd.conf that each bound the size of an INSTREAM. */
public enum StreamBound {
    /** A longer stream is refused with an error. */
    STREAM_MAX_LENGTH("StreamMaxLength"),
    /** A longer stream is answered with OK and has not been scanned. */
    MAX_FILE_SIZE("MaxFileSize"),
    /** A longer stream is answered with OK and has not been scanned. */
    MAX_SCAN_SIZE("MaxScanSize");

    private final String option;

    StreamBound(String option) {
        this.option = option;
    }

    /** The option's name as it is written in clamd.conf. */
    public String option() {
        return option;
    }
}
