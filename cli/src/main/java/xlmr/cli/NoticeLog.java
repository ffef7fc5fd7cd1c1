package xlmr.cli;

import java.util.ArrayList;
import java.util.List;
import xlmr.train.Notice;
import xlmr.train.TrainingListener;

/// Keeps what is noticed about a run, for its log.
final class NoticeLog implements TrainingListener {
    private final List<Notice> notices = new ArrayList<>();

    @Override
    public void resumed(Resumption resumption) {
        notices.addAll(resumption.notices());
    }

    @Override
    public void noticed(Notice notice) {
        notices.add(notice);
    }

    /// In order.
    List<Notice> all() {
        return List.copyOf(notices);
    }
}
