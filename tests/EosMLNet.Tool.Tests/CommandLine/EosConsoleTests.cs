using System.Text;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Tests.CommandLine;

public class EosConsoleTests
{
    [Fact]
    public void A_plan_of_six_sites_is_shown_in_80_columns()
    {
        var written = Written(new StringWriter(), console => console.PrintSites(Plan()));
        Assert.StartsWith("Sites (γ transfer, τ temperature, ρ reweighting, p proportional attention)\n  layer  keep  regime", written);
        Assert.Contains("\nScores\n  layer  mixture\n", written);
        Assert.Contains("RaterAttention 0.25", written);
        Assert.Contains("∞", written);
        Assert.Equal(6, written.Split("Scores")[0].Split('\n').Count(line => line.TrimStart().Length > 0 && char.IsAsciiDigit(line.TrimStart()[0])));
        Assert.All(written.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void An_encoding_without_Greek_letters_gets_words_and_hyphens_and_no_question_marks()
    {
        using var stream = new MemoryStream();
        using var output = new StreamWriter(stream, Encoding.Latin1) { AutoFlush = true };
        var console = new EosConsole(output, output, isTerminal: false);
        console.PrintSites(Plan());
        console.Line($"“quoted” … ∞ ≥ 3 × 2 café");
        console.Diagnostic("error", "EOS1015: the row of “how many…” – no");
        var written = Encoding.Latin1.GetString(stream.ToArray());
        Assert.Contains("(gamma transfer, tau temperature, rho reweighting", written);
        Assert.Contains("-----  ----", written);
        Assert.Contains("\"quoted\" ... inf >= 3 × 2 café", written); // Latin-1 has × and é
        Assert.Contains("the row of \"how many...\" - no", written);
        Assert.DoesNotContain('?', written);
        Assert.All(written.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void What_has_no_ASCII_of_its_own_becomes_its_number_and_stays_where_the_encoding_has_it()
    {
        Assert.Equal(@"caf\u00e9 \u4e2d <=", new PlainText(Encoding.ASCII).Of("café 中 ≤"));
        Assert.Equal(@"café \u4e2d <=", new PlainText(Encoding.Latin1).Of("café 中 ≤"));
        Assert.Equal("café 中 🐈 <=", new PlainText(Encoding.UTF8, isAscii: true).Of("café 中 🐈 ≤"));
        Assert.Equal("café 中 🐈 ≤", new PlainText(Encoding.UTF8).Of("café 中 🐈 ≤"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void The_live_line_fits_any_terminal_and_keeps_its_percentage(int width)
    {
        var lines = Written(new StringWriter(), console => console.Progress("Searching", display =>
        {
            for (var done = 0; done <= 100; done++)
                display.Report(new(done / 100.0, $"limit 16, seed 1/3, step {3 * done} of 300", ["loss 1.234", "16.0 tokens"], TimeSpan.FromSeconds(100 - done)));
            return true;
        }), isTerminal: true, width).Split('\r', '\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width - 1));
        int[] percents = [.. lines.Where(line => line.Contains('%', StringComparison.Ordinal) && !line.StartsWith("Searching", StringComparison.Ordinal)).Select(line => int.Parse(line.AsSpan(0, 3)))];
        Assert.Equal(Enumerable.Range(0, 100), percents.Distinct());
        Assert.Equal(percents.Order(), percents);
        Assert.Contains(lines, line => line.StartsWith("Searching: 100 %", StringComparison.Ordinal));
        if (width >= 80)
            Assert.Contains(lines, line => line.Contains("step 150 of 300, loss 1.234", StringComparison.Ordinal) && line.Contains(" left", StringComparison.Ordinal));
    }

    [Fact]
    public void Elsewhere_there_are_plain_lines_for_phases_and_every_5_percent()
    {
        var written = Written(new StringWriter(), console => console.Progress("Searching", display =>
        {
            foreach (var phase in new[] { "Images", "Steps" })
                for (var done = 0; done < 40; done++)
                    display.Report(new(done / 1000.0, $"{phase} {done}", [], null, phase));
            return true;
        }));
        Assert.Equal(3, written.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("Searching: 0 %, Images 0, 0 s\n", written);
        Assert.EndsWith("Searching: 100 %, done in 0 s\n", written);
        Assert.DoesNotContain('\r', written);
    }

    private static string Written(StringWriter output, Action<EosConsole> write, bool isTerminal = false, int width = 80)
    {
        output.NewLine = "\n";
        write(new EosConsole(TextWriter.Synchronized(output), TextWriter.Null, isTerminal, () => width));
        return output.ToString();
    }

    private static ReductionPlan Plan()
    {
        var model = new PlanModel
        {
            Family = "llava", Fingerprint = "sha256:test", Layers = 6, VisualTokens = 144, Grid = new(12, 12), HiddenSize = 128, IntermediateSize = 384, Heads = 4, KeyValueHeads = 4, HeadSize = 32,
        };
        var first = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.ClsAttention] = 0.5, [ScoreCriterion.Novelty] = 0.5 };
        var score = new Dictionary<ScoreCriterion, double>
        {
            [ScoreCriterion.ClsAttention] = 0.248, [ScoreCriterion.TextAttention] = 0.252, [ScoreCriterion.RaterAttention] = 0.25, [ScoreCriterion.FeatureNorm] = 0.25,
        };
        return ReductionPlan.Create(model, Enumerable.Range(0, 6).Select(layer => new ReductionSite
        {
            Layer = layer, Keep = 120 - 20 * layer, Transfer = layer / 5.0, Temperature = layer == 5 ? double.PositiveInfinity : 0.1234 * layer, Reweight = 0.25, ProportionalAttention = 1,
            Diversity = 0.375, Score = layer == 0 ? first : score,
        }).ToArray());
    }
}
