/// What a run leaves for people and for other programs: a page, a model card, results, events.
@NullMarked
package xlmr.report;

import org.jspecify.annotations.NullMarked;
