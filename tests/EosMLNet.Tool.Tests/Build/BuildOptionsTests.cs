using EosMLNet.Build.Exchange;
using EosMLNet.Data;
using EosMLNet.Search;
using EosMLNet.Tool.Build;

namespace EosMLNet.Tool.Tests.Build;

public sealed class BuildOptionsTests
{
    [Fact]
    public void Metadata_become_settings()
    {
        var options = Parse(("meanvisualtokens", "16"), ("LatencyFraction", "0.5"), ("LatencyMs", "7.5"), ("LatencyTextTokens", "20"), ("LatencyBatch", "4"), ("Steps", " 7 "), ("Objective", "unreducedmodel"), ("Sites", "0; 2"), ("Scores", "Probe,ClsAttention"),
            ("FrozenTemperature", "Infinity"), ("SnapToCorners", "False"), ("Seeds", "3"), ("MaxFamilyDrop", "0.1, colour=0.05"));
        Assert.Equal(16, options.Settings.Constraints.MeanVisualTokens);
        Assert.Equal((0.5, 7.5, 20, 4), (options.Settings.Constraints.LatencyFraction, options.Settings.Constraints.LatencyMs, options.Settings.Constraints.LatencyTextTokens, options.Settings.Constraints.LatencyBatch));
        Assert.Equal(7, options.Settings.Steps);
        Assert.Equal(SearchObjective.UnreducedModel, options.Settings.Objective);
        Assert.Equal([0, 2], options.Settings.Sites!);
        Assert.Equal(2, options.Settings.Scores!.Count);
        Assert.Equal(double.PositiveInfinity, options.Settings.Frozen.Temperature);
        Assert.False(options.Settings.SnapToCorners);
        Assert.Equal(3, options.Seeds);
        Assert.Equal((0.1, 0.05), (options.Gate.MaxFamilyDrops[""], options.Gate.MaxFamilyDrops["colour"]));
    }

    [Theory]
    [InlineData("Steps", "many", "a whole number")]
    [InlineData("Steps", "1e3", "a whole number")]
    [InlineData("MeanVisualTokens", "1,5", "a number")]
    [InlineData("MeanVisualTokens", "NaN", "a number")]
    [InlineData("Objective", "1", "one of Answers")]
    [InlineData("Objective", "Beauty", "one of Answers")]
    [InlineData("Scores", "Probe,Taste", "one of ")]
    [InlineData("ImagePadding", "round", "one of Square, Crop")]
    [InlineData("ImagePadding", "1", "one of Square, Crop")]
    [InlineData("SoftForward", "yes", "true or false")]
    [InlineData("Seeds", "0", "at least 1")]
    [InlineData("MaxFamilyDrop", "colour=much", "a number")]
    [InlineData("MeanVisualToken", "16", "Expected one of")]
    public void What_cannot_be_read_is_refused(string name, string value, string expected)
    {
        var e = Assert.Throws<EosException>(() => Parse((name, value)));
        Assert.Equal(EosErrors.InvalidOption, e.Code);
        Assert.Contains(name, e.Message);
        Assert.Contains(expected, e.Message);
    }

    [Fact]
    public void The_same_values_written_otherwise_are_the_same_search_and_the_gate_is_no_part_of_it()
    {
        Assert.Equal(Parse(("LearningRate", "0.0150"), ("Steps", "300")).Canonical, Parse(("MaxAccuracyDrop", "0.1"), ("MinSpeedup", "2")).Canonical);
        Assert.NotEqual(Parse(("Steps", "301")).Canonical, Parse().Canonical);
        Assert.NotEqual(Parse(("Seeds", "2")).Canonical, Parse().Canonical);
    }

    [Fact]
    public void Padding_is_a_part_of_the_search_and_Square_is_what_nobody_has_to_say()
    {
        Assert.Null(Parse().ImagePadding);
        Assert.Equal(ImagePadding.Crop, Parse(("imagepadding", " crop ")).ImagePadding);
        Assert.Equal(Parse(("ImagePadding", "Square")).Canonical, Parse().Canonical);
        Assert.NotEqual(Parse(("ImagePadding", "Crop")).Canonical, Parse().Canonical);
    }

    private static BuildOptions Parse(params (string Name, string Value)[] metadata)
    {
        var request = new BuildRequest();
        foreach (var (name, value) in metadata)
            request.Add(BuildRequest.OptionPrefix + name, value);
        return BuildOptions.Parse(request);
    }
}
