package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler;

/** Draws the medians of a grid as bars, a group for each shape. */
final class Plot {
    private Plot() {}

    /** Writes {@code <file>.svg}. */
    static <S> void bars(
            Path file, String title, String unit, Grid<S> grid, List<Contender> contenders)
            throws IOException {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(1080)
                        .height(420)
                        .title(title)
                        .yAxisTitle(unit)
                        .theme(Styler.ChartTheme.GGPlot2)
                        .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        List<String> shapes = grid.shapes().stream().map(Object::toString).toList();
        for (Contender contender : contenders) {
            List<Double> medians =
                    grid.shapes().stream()
                            .map(shape -> grid.median(shape, contender.name()))
                            .toList();
            chart.addSeries(contender.name(), shapes, medians);
        }
        VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
    }
}
