using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using EosMLNet.Latency;
using EosMLNet.Models;

namespace EosMLNet.Tool.Tests.Report;

public sealed partial class ReportCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private Task<EosRun> Report(string name, params string[] more) => About(tiny.Table, name, more);

    private Task<EosRun> About(string table, string name, params string[] more) =>
        EosRun.Of(["report", "--model", tiny.Model, "--data", table, "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "3", "--output", tiny[name], .. more]);

    [Fact]
    public async Task Its_numbers_are_those_of_evaluate()
    {
        var (first, second) = (tiny.Plan(6), tiny.Plan(9));
        var run = await Report("numbers.html", "--plan", first, second, "--presets", "none", "--latency-rounds", "0", "--json", tiny["numbers.json"]);
        run.MustSucceed();
        await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "3", "--plan", first, second, "--json", tiny["evaluated.json"]);
        using var report = JsonDocument.Parse(File.ReadAllText(tiny["numbers.json"]));
        using var evaluated = JsonDocument.Parse(File.ReadAllText(tiny["evaluated.json"]));
        var methods = report.RootElement.GetProperty("methods").EnumerateArray().ToArray();
        var benchmark = evaluated.RootElement.GetProperty("benchmarks")[0];
        var plans = benchmark.GetProperty("plans").EnumerateArray().ToArray();
        Assert.Equal(["Unreduced", "Plan", "OtherPlan"], methods.Select(method => method.GetProperty("kind").GetString()));
        var page = File.ReadAllText(tiny["numbers.html"]);
        foreach (var (method, plan) in methods.Zip(plans))
        {
            var result = method.GetProperty("result");
            foreach (var same in new[] { "plan", "value", "agreement", "details", "ledger", "answers", "scores", "probabilities" })
                Assert.True(JsonElement.DeepEquals(plan.GetProperty(same), result.GetProperty(same)), same);
            var interval = method.GetProperty("interval");
            Assert.InRange(plan.GetProperty("value").GetDouble(), interval.GetProperty("low").GetDouble(), interval.GetProperty("high").GetDouble());
            Assert.Contains(Text($"""<th scope="row">{plan.GetProperty("plan")}</th><td>{plan.GetProperty("value").GetDouble():0.00} ({interval.GetProperty("low").GetDouble():0.00} to"""), page);
        }
        foreach (var (method, number) in methods.Skip(1).Zip([0, 1]))
            Assert.True(JsonElement.DeepEquals(benchmark.GetProperty("differences")[number], method.GetProperty("toUnreduced")));
    }

    [Fact]
    public async Task A_plan_may_be_a_preset_by_its_name_or_lie_in_a_saved_model()
    {
        using (var zip = ZipFile.Open(tiny["reported.zip"], ZipArchiveMode.Create))
            zip.CreateEntryFromFile(tiny.Plan(6), "TransformerChain/Transform_001/Plan.json");
        var run = await Report("named.html", "--plan", tiny["reported.zip"], "stride:6", "--presets", "none", "--latency-rounds", "0", "--json", tiny["named.json"]);
        run.MustSucceed();
        using var report = JsonDocument.Parse(File.ReadAllText(tiny["named.json"]));
        var methods = report.RootElement.GetProperty("methods").EnumerateArray().Select(method => (Name: method.GetProperty("name").GetString(), Mean: method.GetProperty("result").GetProperty("ledger").GetProperty("mean").GetDouble()));
        Assert.Equal([("reported", ReductionPlan.Load(tiny.Plan(6)).Ledger.Mean), ("stride:6", 6)], methods.Skip(1));
    }

    [Fact]
    public async Task Lost_and_won_questions_are_those_that_only_one_answers_right()
    {
        string[] options = ["--plan", tiny.Plan(1), "--presets", "none", "--latency-rounds", "0", "--cases", "1", "--json", tiny["cases.json"]];
        await Report("cases.html", options);
        var (unreduced, plan) = (Answers(0), Answers(1));
        var differ = Enumerable.Range(0, 12).Where(row => unreduced[row] != plan[row]).ToArray();
        Assert.True(differ.Length > 1, "The plan changes no answers, so that nothing could be lost.");
        // Of the questions that differ the unreduced model is right in the first, the plan in the others.
        var rows = File.ReadAllLines(tiny.Table);
        File.WriteAllLines(tiny["cases.tsv"], rows.Take(1).Concat(Enumerable.Range(0, 12).Select(row =>
        {
            var cells = rows[row + 1].Split('\t');
            return string.Join('\t', cells[0], cells[1], row == differ[0] ? unreduced[row] : plan[row], cells[3]);
        })));
        var run = await About(tiny["cases.tsv"], "cases.html", options);
        run.MustSucceed();
        using var report = JsonDocument.Parse(File.ReadAllText(tiny["cases.json"]));
        Assert.Equal((1, differ.Length - 1), (report.RootElement.GetProperty("lost").GetInt32(), report.RootElement.GetProperty("won").GetInt32()));
        var page = File.ReadAllText(tiny["cases.html"]);
        Assert.Matches("""Questions it lost <span class="count">1</span>""", page);
        Assert.Matches(differ.Length == 2 ? """Questions it won <span class="count">1</span>""" : $"""Questions it won <span class="count">1 of {differ.Length - 1}</span>""", page);

        string[] Answers(int method)
        {
            using var json = JsonDocument.Parse(File.ReadAllText(tiny["cases.json"]));
            return [.. json.RootElement.GetProperty("methods")[method].GetProperty("result").GetProperty("answers").EnumerateArray().Select(answer => answer.GetString()!)];
        }
    }

    [Fact]
    public async Task No_text_of_the_table_becomes_more_than_text()
    {
        const string Name = "\"><img src=x onerror=alert(1)>.png";
        File.Copy(Path.Combine(tiny.Images, "0.png"), Path.Combine(tiny.Images, Name), overwrite: true);
        const string Script = "</script><script>alert(1)</script>";
        File.WriteAllLines(tiny["hostile.tsv"], ["ImagePath\tQuestion\tAnswer\tFamily", $"{Name}\t{Script}\t<b>bold</b>\t<i>{Script}", $"1.png\twhat & why?\t{Script}\tother"]);
        var run = await About(tiny["hostile.tsv"], "hostile.html", "--plan", tiny.Plan(6), "--presets", "none", "--latency-rounds", "0");
        run.MustSucceed();
        var page = WithoutLibrary(tiny["hostile.html"]);
        Assert.DoesNotContain("<script>alert", page);
        Assert.DoesNotContain("<img src=x", page);
        Assert.DoesNotContain("<b>bold", page);
        Assert.Contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;", page);
        Assert.Contains("what &amp; why?", page);
        Assert.Equal(3, Regex.Count(page, "<script")); // the data and two scripts of its own
        Assert.Equal(3, Regex.Count(page, "</script"));
    }

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere_and_forbids_it()
    {
        var run = await Report("alone.html", "--plan", tiny.Plan(6), "--presets", "stride", "--latency-rounds", "1");
        run.MustSucceed();
        var page = WithoutLibrary(tiny["alone.html"]);
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("https://", page);
        Assert.DoesNotMatch(@"(src|href)=""(?!#)", page);
        Assert.DoesNotContain("url(", page);
        Assert.Contains("default-src &#39;none&#39;", page);
        Assert.Contains("Time to the first token</h3>", page);
    }

    [Fact]
    public async Task The_same_inputs_give_the_same_page_but_for_the_date_and_measured_times()
    {
        var pages = new List<string>();
        foreach (var name in new[] { "same-1.html", "same-2.html" })
        {
            var run = await Report(name, "--plan", tiny.Plan(6), "--presets", "stride,tome", "--latency-rounds", "0");
            run.MustSucceed();
            pages.Add(Date().Replace(LastCell().Replace(File.ReadAllText(tiny[name]), ""), ""));
        }
        Assert.Equal(pages[0], pages[1]);
    }

    [Fact]
    public async Task Some_of_many_questions_are_asked_about_whole_pictures_and_that_is_said()
    {
        var run = await Report("some.html", "--plan", tiny.Plan(6), "--presets", "none", "--latency-rounds", "0", "--questions", "5", "--pictures", "1", "--json", tiny["some.json"]);
        run.MustSucceed();
        using var report = JsonDocument.Parse(File.ReadAllText(tiny["some.json"]));
        var (asked, images) = (report.RootElement.GetProperty("questions").GetInt32(), report.RootElement.GetProperty("images").GetInt32());
        Assert.Equal((12, 2 * images), (report.RootElement.GetProperty("rows").GetInt32(), asked));
        Assert.InRange(asked, 4, 6);
        var page = File.ReadAllText(tiny["some.html"]);
        Assert.Matches(Text($@"{asked} of the table's 12 questions\s+were asked, about\s+{images} pictures"), page);
        Assert.Contains("1 of 2</span>", page);
    }

    [Fact]
    public async Task Pictures_without_room_are_left_out_and_that_is_said()
    {
        var run = await Report("small.html", "--plan", tiny.Plan(6), "--presets", "none", "--latency-rounds", "0", "--max-picture-mb", "0");
        run.MustSucceed();
        var page = WithoutLibrary(tiny["small.html"]);
        Assert.Contains("pictures are left out", page);
        Assert.DoesNotContain("data:image", page);
    }

    [Fact]
    public async Task Presets_have_the_budget_of_the_plan_and_those_that_do_not_fit_are_named()
    {
        var run = await Report("presets.html", "--plan", tiny.Plan(6), "--presets", "all", "--latency-rounds", "0", "--questions", "4", "--json", tiny["presets.json"]);
        run.MustSucceed();
        using var report = JsonDocument.Parse(File.ReadAllText(tiny["presets.json"]));
        var presets = report.RootElement.GetProperty("methods").EnumerateArray().Where(method => method.GetProperty("kind").GetString() == "Preset").ToArray();
        Assert.Equal(Preset.All.Count, presets.Length + report.RootElement.GetProperty("leftOut").GetArrayLength());
        Assert.All(presets, preset => Assert.InRange(preset.GetProperty("result").GetProperty("ledger").GetProperty("mean").GetDouble(), 1, 6));
    }

    [Fact]
    public async Task The_curve_of_the_search_is_drawn_where_it_is_known()
    {
        File.WriteAllText(tiny["search.json"], """{"plan": {}, "report": {"losses": [0.75, "NaN", 0.25]}}""");
        var run = await Report("search.html", "--plan", tiny.Plan(6), "--presets", "none", "--latency-rounds", "0", "--search", tiny["search.json"]);
        run.MustSucceed();
        Assert.Contains("The loss of 3 steps: 0.75 at first, 0.25 at last.", File.ReadAllText(tiny["search.html"]));
        Assert.Contains("\"losses\":[0.75,null,0.25]", File.ReadAllText(tiny["search.html"]));
    }

    [Fact]
    public async Task Times_are_measured_and_what_a_table_predicts_stands_beside_them()
    {
        using (var model = VisionLanguageModel.Load(tiny.Model))
        {
            LatencyCalibration.Measure(model, textTokens: 8, rounds: 1).Save(tiny["latency.json"]);
            var site = new ReductionSite { Layer = 1, Keep = 5, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } };
            ReductionPlan.Create(model.ToPlanModel(), [site]).Save(tiny["searchable.json"]);
        }
        var run = await Report("latency.html", "--plan", tiny["searchable.json"], "--presets", "none", "--latency-rounds", "2", "--latency-table", tiny["latency.json"], "--json", tiny["latency-report.json"]);
        run.MustSucceed();
        using var report = JsonDocument.Parse(File.ReadAllText(tiny["latency-report.json"]));
        var latency = report.RootElement.GetProperty("latency");
        Assert.Equal(LatencyTable.Load(tiny["latency.json"]).Predict(ReductionPlan.Load(tiny["searchable.json"]), 8), latency.GetProperty("predictedPlan").GetDouble(), 9);
        Assert.True(latency.GetProperty("predictedUnreduced").GetDouble() > 0);
        Assert.True(latency.GetProperty("plan").GetProperty("median").GetDouble() > 0);
        Assert.DoesNotContain("no table", File.ReadAllText(tiny["latency.html"]));
    }

    [Fact]
    public async Task A_report_that_is_cancelled_leaves_no_file()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var run = await EosRun.Cancellable(stop.Token, "report", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--plan", tiny.Plan(6), "--output", tiny["cancelled.html"]);
        Assert.Equal((130, "Cancelled. Nothing was written."), (run.ExitCode, run.Error.Trim()));
        Assert.False(File.Exists(tiny["cancelled.html"]));
    }

    [Theory]
    [InlineData("EOS1013", "There is no preset 'fastw'", "--presets", "stride,fastw")]
    [InlineData("EOS1013", "--cases is -1", "--cases", "-1")]
    [InlineData("EOS2003", "is a folder", "--output", ".")]
    [InlineData("EOS1001", "no-search.json", "--search", "no-search.json")]
    [InlineData("EOS1013", "has no losses of a search", "--search", "rows.tsv")]
    [InlineData("EOS1001", "no-table.json", "--latency-table", "no-table.json")]
    public async Task What_was_asked_for_wrongly_is_said_before_anything_is_measured(string code, string message, string option, string value)
    {
        var given = value == "rows.tsv" ? tiny.Table : value;
        var run = await EosRun.Of("report", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--plan", tiny.Plan(6), option, given);
        Assert.Equal(1, run.ExitCode is 3 ? 1 : run.ExitCode);
        Assert.Contains(code, run.Error);
        Assert.Contains(message, run.Error);
        Assert.DoesNotContain("Answering", run.Output);
    }

    [Theory]
    [InlineData("llava_next")]
    [InlineData("qwen2_5_vl")]
    public async Task Models_whose_images_vary_show_each_grid_of_each_picture(string family)
    {
        using var other = new TinyBackbone(family);
        using (var model = VisionLanguageModel.Load(other.Model))
            Baselines.Stride(model.ToPlanModel(), 4).Save(other["plan.json"]);
        var run = await EosRun.Of("report", "--model", other.Model, "--data", other.Table, "--images", other.Images, "--device", "cpu", "--max-new-tokens", "2", "--plan", other["plan.json"],
            "--presets", "none", "--latency-rounds", "1", "--output", other["report.html"]);
        run.MustSucceed();
        using var data = JsonDocument.Parse(Data().Match(File.ReadAllText(other["report.html"])).Groups[1].Value);
        var examples = data.RootElement.GetProperty("groups")[2].EnumerateArray().ToArray();
        Assert.Contains(examples, images => images.GetArrayLength() == 2);
        Assert.All(examples.SelectMany(images => images.EnumerateArray()), image =>
        {
            var tokens = image.GetProperty("tokens").GetInt32();
            Assert.All(image.GetProperty("stages").EnumerateArray(), stage => Assert.Equal(tokens, stage.GetProperty("to").GetArrayLength()));
            Assert.All(image.GetProperty("views").EnumerateArray(), view =>
                Assert.InRange(view.GetProperty("first").GetInt32() + view.GetProperty("rows").GetInt32() * view.GetProperty("stride").GetInt32(), 1, tokens));
        });
    }

    private static string WithoutLibrary(string file) => Library().Replace(File.ReadAllText(file), "<script>/* plotly.js */</script>");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"<script>\s*/\*\*\s*\* plotly\.js.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Library();

    [GeneratedRegex(@"<dt>Written</dt><dd>[^<]*</dd>")]
    private static partial Regex Date();

    [GeneratedRegex(@"<td>[0-9.]+</td></tr>")]
    private static partial Regex LastCell();

    [GeneratedRegex(@"<script type=""application/json"" id=""data"">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();
}
