namespace EosMLNet.Build.Tests.Integration;

/// <summary>What is wrong with an item or a property is said with a code, at the item's line. One restored project serves all: no case leaves anything behind.</summary>
public sealed class BadInputTests(RestoredApp restored) : IClassFixture<RestoredApp>
{
    private readonly ThrowAway app = restored.App;

    [Theory]
    [InlineData("EOS1001", "nowhere", "", "")]
    [InlineData("EOS1001", "model", "TrainingData=\"nowhere.tsv\"", "")]
    [InlineData("EOS1001", "model", "ValidationData=\"nowhere.tsv\"", "")]
    [InlineData("EOS1001", "model", "ImageFolder=\"nowhere\"", "")]
    [InlineData("EOS1011", "model", "TrainingData=\"data/missing-image.tsv\"", "")]
    [InlineData("EOS1013", "model", "TrainingData=\"\"", "")]
    [InlineData("EOS1013", "model", "Steps=\"many\"", "")]
    [InlineData("EOS1013", "model", "MeanVisualTokens=\"16,5\"", "")]
    [InlineData("EOS1013", "model", "Objective=\"Beauty\"", "")]
    [InlineData("EOS1013", "model", "MeanVisualToken=\"16\"", "")]
    [InlineData("EOS1013", "model", "OutputFile=\"../vqa.zip\"", "")]
    [InlineData("EOS1013", "model", "", "<EosMode>Guess</EosMode>")]
    [InlineData("EOS1013", "model", "", "<EosTimeout>soon</EosTimeout>")]
    [InlineData("EOS2006", "model", "", "<EosWorkerPath>nowhere.dll</EosWorkerPath>")]
    [InlineData("EOS3003", "model", "MaxAccuracyDrop=\"0.1\"", "")]
    [InlineData("EOS3003", "model", "MaxFamilyDrop=\"colour=0.2\"", "")]
    [InlineData("EOS3004", "model", "MinSpeedup=\"3\"", "")]
    [InlineData("EOS3005", "model", "Plan=\"committed.plan.json\"", "<EosMode>Verify</EosMode>")]
    public void Bad_input_is_refused_at_its_line(string code, string model, string attribute, string property)
    {
        var data = new Dictionary<string, string> { ["TrainingData"] = "data/train.tsv", ["ImageFolder"] = "data/images", ["OutputFile"] = "vqa.zip", ["MeanVisualTokens"] = "16" };
        if (attribute.Length > 0)
            data[attribute[..attribute.IndexOf('=', StringComparison.Ordinal)]] = attribute[(attribute.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"');
        app.Project(model: model, data: " " + string.Join(" ", data.Select(x => $"{x.Key}=\"{x.Value}\"")), properties: property);
        var line = Array.FindIndex(File.ReadAllLines(app["App.csproj"]), text => text.Contains("<EosModel", StringComparison.Ordinal)) + 1;
        var run = app.Dotnet("build", "--no-restore").FailsWith(code);
        Assert.Contains($"App.csproj({line},", run.Output);
        Assert.DoesNotContain("vqa.proj", run.Output); // what ran the worker is nobody's business
        if (attribute.Contains("missing-image", StringComparison.Ordinal))
            Assert.Contains($"{app["data/missing-image.tsv"]}(2): error {code}: the image '9.png'", run.Output);
        Assert.Empty(app.Find("vqa.zip"));
        Assert.Empty(app.Find("~*"));
    }
}
