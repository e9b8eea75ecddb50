namespace EosMLNet.Build.Tests.Integration;

/// <summary>What is wrong with an item or a property is said with a code, at the item's line.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly ThrowAway app = new ThrowAway().Restored().Write("data/missing-image.tsv", "ImagePath\tQuestion\tAnswer\n9.png\twhat?\tred\n");

    // What is not there is found before a worker is started, for all items together.
    [Fact]
    public void Each_item_that_is_wrong_is_refused_at_its_line()
    {
        (string Code, string Attribute)[] items =
        [
            ("EOS1001", "TrainingData=\"nowhere.tsv\""), ("EOS1001", "ValidationData=\"nowhere.tsv\""), ("EOS1001", "ImageFolder=\"nowhere\""),
            ("EOS1013", "TrainingData=\"\""), ("EOS1013", "OutputFile=\"../vqa.zip\""),
        ];
        // Items that include the same have the line of the first of them.
        var elements = items.Select((item, i) => $"<EosModel Include=\"models/{i}\" {Attributes(item.Attribute, $"{i}.zip")} />").ToList();
        foreach (var (i, _) in items.Index())
            app.Write($"models/{i}/config.json", "{}").Write($"models/{i}/model.safetensors", "weights");
        app.Project(model: "nowhere", data: " " + Attributes("", "good.zip"), items: $"</ItemGroup><ItemGroup>\n{string.Join('\n', elements)}\n");
        var lines = File.ReadAllLines(app["App.csproj"]);
        var run = app.Dotnet("build", "--no-restore");
        foreach (var (code, element) in items.Select(item => item.Code).Zip(elements).Prepend(("EOS1001", lines.First(line => line.Contains("nowhere\"", StringComparison.Ordinal)))))
            Assert.True(System.Text.RegularExpressions.Regex.IsMatch(run.FailsWith(code).Output, $@"App\.csproj\({Array.IndexOf(lines, element) + 1},\d+\): error {code}: "), run.Output);
        Assert.Equal(1 + items.Length, run.Output.Split('\n').Where(line => line.Contains("): error EOS", StringComparison.Ordinal)).Distinct().Count());
        Assert.DoesNotContain("vqa.proj", run.Output); // what runs workers is nobody's business
        Assert.Empty(app.Find("?.zip"));
        Assert.Empty(app.Find("~*"));
    }

    // What a worker finds. One process builds the project for each case, which a global property names.
    [Fact]
    public void Bad_input_is_refused_at_its_line()
    {
        (string Code, string Attribute, string Property)[] cases =
        [
            ("EOS1011", "TrainingData=\"data/missing-image.tsv\"", ""), ("EOS1013", "Steps=\"many\"", ""), ("EOS1013", "MeanVisualTokens=\"16,5\"", ""),
            ("EOS1013", "Objective=\"Beauty\"", ""), ("EOS1013", "MeanVisualToken=\"16\"", ""), ("EOS1013", "", "<EosMode>Guess</EosMode>"),
            ("EOS1013", "", "<EosTimeout>soon</EosTimeout>"), ("EOS2006", "", "<EosWorkerPath>nowhere.dll</EosWorkerPath>"),
            ("EOS3003", "MaxAccuracyDrop=\"0.1\"", ""), ("EOS3003", "MaxFamilyDrop=\"colour=0.2\"", ""), ("EOS3004", "MinSpeedup=\"3\"", ""),
            ("EOS3005", "Plan=\"committed.plan.json\"", "<EosMode>Verify</EosMode>"),
        ];
        var properties = cases.Select((one, i) => $"</PropertyGroup><PropertyGroup Condition=\"'$(Case)' == '{i}'\">{one.Property}");
        var items = cases.Select((one, i) => $"<EosModel Condition=\"'$(Case)' == '{i}'\" Include=\"models/{i}\" {Attributes(one.Attribute, $"{i}.zip")} />").ToList();
        foreach (var (i, _) in cases.Index())
            app.Write($"models/{i}/config.json", "{}").Write($"models/{i}/model.safetensors", "weights"); // those that include the same have the line of the first
        app.Project(properties: string.Concat(properties), items: $"</ItemGroup><ItemGroup>\n{string.Join('\n', items)}\n");
        app.Write("App.csproj", File.ReadAllText(app["App.csproj"]).Replace("<EosModel Include", "<EosModel Condition=\"'$(Case)' == ''\" Include", StringComparison.Ordinal));
        app.Write("cases.proj", $"""
            <Project>
              <ItemGroup><Case Include="{string.Join(';', cases.Index().Select(one => one.Index))}" /></ItemGroup>
              <Target Name="Build">
                <MSBuild Projects="App.csproj" Targets="Build" Properties="Case=%(Case.Identity)" ContinueOnError="ErrorAndContinue" />
              </Target>
            </Project>
            """);
        var lines = File.ReadAllLines(app["App.csproj"]);
        var run = app.Dotnet("build", "cases.proj", "--no-restore");
        foreach (var (i, one) in cases.Index())
        {
            var line = Array.FindIndex(lines, text => text.Contains(items[i], StringComparison.Ordinal)) + 1;
            // A row of a table has a place of its own; the item's is told behind it.
            var told = $@"(App\.csproj\({line},\d+\): error {one.Code}: )|(\.tsv\(2\): error {one.Code}: .*App\.csproj\({line},\d+\)\))";
            Assert.True(System.Text.RegularExpressions.Regex.IsMatch(run.FailsWith(one.Code).Output, told), $"{one}\n{run.Output}");
            Assert.Empty(app.Find($"{i}.zip"));
        }
        Assert.Contains($"{app["data/missing-image.tsv"]}(2): error EOS1011: the image '9.png'", run.Output);
        Assert.DoesNotContain("vqa.proj", run.Output); // what ran the worker is nobody's business
        Assert.Empty(app.Find("vqa.zip"));
        Assert.Empty(app.Find("~*"));
    }

    // Those of a good item, but for one.
    private static string Attributes(string changed, string output)
    {
        var all = new Dictionary<string, string> { ["TrainingData"] = "data/train.tsv", ["ImageFolder"] = "data/images", ["OutputFile"] = output, ["MeanVisualTokens"] = "16" };
        if (changed.Split('=', 2) is [var name, var value])
            all[name] = value.Trim('"');
        return string.Join(" ", all.Select(x => $"{x.Key}=\"{x.Value}\""));
    }

    public void Dispose() => app.Dispose();
}
