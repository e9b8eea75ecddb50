namespace EosMLNet.Build.Tests.Integration;

/// <summary>What is wrong with an item or a property is said with a code, at the item's line. One restored project serves all: no case leaves anything behind.</summary>
public sealed class BadInputTests(RestoredApp restored) : IClassFixture<RestoredApp>
{
    private readonly ThrowAway app = restored.App;

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

    [Theory]
    [InlineData("EOS1011", "TrainingData=\"data/missing-image.tsv\"", "")]
    [InlineData("EOS1013", "Steps=\"many\"", "")]
    [InlineData("EOS1013", "MeanVisualTokens=\"16,5\"", "")]
    [InlineData("EOS1013", "Objective=\"Beauty\"", "")]
    [InlineData("EOS1013", "MeanVisualToken=\"16\"", "")]
    [InlineData("EOS1013", "", "<EosMode>Guess</EosMode>")]
    [InlineData("EOS1013", "", "<EosTimeout>soon</EosTimeout>")]
    [InlineData("EOS2006", "", "<EosWorkerPath>nowhere.dll</EosWorkerPath>")]
    [InlineData("EOS3003", "MaxAccuracyDrop=\"0.1\"", "")]
    [InlineData("EOS3003", "MaxFamilyDrop=\"colour=0.2\"", "")]
    [InlineData("EOS3004", "MinSpeedup=\"3\"", "")]
    [InlineData("EOS3005", "Plan=\"committed.plan.json\"", "<EosMode>Verify</EosMode>")]
    public void Bad_input_is_refused_at_its_line(string code, string attribute, string property)
    {
        app.Project(data: " " + Attributes(attribute, "vqa.zip"), properties: property);
        var line = Array.FindIndex(File.ReadAllLines(app["App.csproj"]), text => text.Contains("<EosModel", StringComparison.Ordinal)) + 1;
        var run = app.Dotnet("build", "--no-restore").FailsWith(code);
        Assert.Contains($"App.csproj({line},", run.Output);
        Assert.DoesNotContain("vqa.proj", run.Output); // what ran the worker is nobody's business
        if (attribute.Contains("missing-image", StringComparison.Ordinal))
            Assert.Contains($"{app["data/missing-image.tsv"]}(2): error {code}: the image '9.png'", run.Output);
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
}
