using System.Reflection;
using System.Xml.Linq;
using EosMLNet.Build.Exchange;
using EosMLNet.Search;
using EosMLNet.Tool.Build;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Search;
using Microsoft.ML;

namespace EosMLNet.Tool.Tests.Search;

/// <summary>Every setting is on all three surfaces, ML.NET's options, the command line and a build's item, under a name that follows from its own, and with the same default.</summary>
public class SurfacesTests
{
    private static readonly SearchSettings Defaults = new() { Constraints = new() };

    // What a surface lacks or has otherwise, and why.
    private static readonly Dictionary<string, string> NotInBuilds = new()
    {
        ["CheckpointPath"] = "a build keeps its checkpoint in its own folder",
        ["CheckpointEvery"] = "the same",
        ["ModelPath"] = "the item's Include",
        ["PlanPath"] = "the item's Plan, which is written as well",
        ["columns"] = "the artifact's columns have their default names: whoever wants others makes the pipeline in a program",
    };
    private static readonly Dictionary<string, string> NotOnCommandLine = new()
    {
        ["ModelPath"] = "--model, as in every command",
        ["PlanPath"] = "--output, which is written",
        ["columns"] = "as in builds",
    };
    private static readonly Dictionary<string, string> OtherDefault = new()
    {
        ["Seed"] = "ML.NET's is null: the seed of the MLContext",
        ["EmbedWeightsUpTo"] = "a build's is empty, which means the library's",
        ["Constraints.Latency"] = "a path on the command line and in builds",
        ["WarmStart"] = "the same",
    };

    private static readonly IReadOnlyDictionary<string, string> Metadata = XDocument.Load(Repository.At("src", "EosMLNet.Build", "build", "EosMLNet.Build.props"))
        .Descendants("EosModel").Single().Elements().ToDictionary(element => element.Name.LocalName, element => element.Value);

    public static TheoryData<string> Settings =>
        [.. Writable(typeof(SearchSettings)).Where(name => name is not ("Constraints" or "Frozen")), .. Writable(typeof(SearchConstraints)).Select(name => $"Constraints.{name}"), .. Writable(typeof(FrozenParameters)).Select(name => $"Frozen.{name}")];

    public static TheoryData<string> Answers => [.. Writable(typeof(AnswerOptions))];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_of_the_search_is_on_every_surface(string setting)
    {
        var expected = Value(Defaults, setting);
        var name = setting switch
        {
            "Constraints.Latency" => "LatencyTable",
            "Constraints.LatencyTextTokens" or "Constraints.LatencyBatch" or "Constraints.MeasureLatency" => SettingNames.Own(setting), // beside the table
            _ => setting,
        };
        Assert.True(Has(typeof(OperatorSearchOptions), name), $"OperatorSearchOptions lacks {name}");
        if (!OtherDefault.ContainsKey(setting))
            Assert.Equal(expected, Value(new OperatorSearchOptions(), name));
        CheckCommandLine(setting, expected);
        CheckBuild(setting, SettingNames.Flat(setting), expected);
    }

    public static TheoryData<string> Kinds => [.. ConstraintKind.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_limit_of_every_kind_can_be_set_on_every_surface(string name)
    {
        var kind = ConstraintKind.All.Single(one => one.Name == name);
        Assert.Equal([new(kind, 0.5)], new SearchConstraints().With(kind, 0.5).Limits);
        Assert.Empty(new SearchConstraints().With(kind, 0.5).With(kind, null).Limits);
        CheckCommandLine(SettingNames.Of(kind), null);
        Assert.Contains(name, BuildOptions.Names);
        var options = new OperatorSearchOptions { ModelPath = "no-model" };
        options.Constraints.Limit(kind, -1);
        var error = Assert.Throws<EosException>(() => new MLContext().VisionLanguage().OperatorSearch(options));
        Assert.Contains($"Constraints.{name} is -1", error.Message);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_setting_of_the_answers_is_on_every_surface(string setting)
    {
        var expected = typeof(AnswerOptions).GetProperty(setting)!.GetValue(new AnswerOptions());
        var listed = setting.TrimEnd('s').EndsWith("ColumnName", StringComparison.Ordinal) ? "columns" : setting;
        if (!NotOnCommandLine.ContainsKey(listed))
            CheckCommandLine(setting, expected);
        if (!NotInBuilds.ContainsKey(listed))
            CheckBuild(setting, setting, expected);
    }

    [Fact]
    public void A_front_of_plans_can_be_searched_on_every_surface()
    {
        Assert.NotNull(typeof(OperatorSearchEstimator).GetMethod(nameof(OperatorSearchEstimator.FitFront)));
        CheckCommandLine("Front", false);
        Assert.All(ConstraintKind.All, kind =>
        {
            var request = new BuildRequest();
            request.Add(BuildRequest.OptionPrefix + kind.Name, "0.25; 0.5");
            Assert.Contains("expected a number", Assert.Throws<EosException>(() => BuildOptions.Parse(request)).Message); // by itself it is no limit
            request.Add(BuildRequest.OfFront, "0.25");
            var options = BuildOptions.Parse(request);
            Assert.Equal([new(kind, 0.25)], options.Settings.Constraints.Limits);
            Assert.Equal([[new(kind, 0.5)], [new(kind, 0.25)]], options.Front.Select(one => one.Settings.Constraints.Limits));
        });
    }

    [Theory]
    [InlineData("search")]
    [InlineData("evaluate")]
    [InlineData("forward")]
    public async Task Every_command_that_loads_a_model_takes_a_data_type(string command) =>
        Assert.Contains("--data-type", (await EosRun.Of(command, "--help")).Output);

    private static void CheckCommandLine(string setting, object? expected)
    {
        var name = EosSettingNames.Of(setting);
        var option = new SearchCommand(new EosConsole(TextWriter.Null, TextWriter.Null, isTerminal: false)).Options.SingleOrDefault(option => option.Name == name);
        Assert.True(option is not null, $"eos search lacks {name}");
        if (setting == "Seed" || !OtherDefault.ContainsKey(setting))
            Assert.Equal(expected, option.HasDefaultValue ? option.GetDefaultValue() : null);
    }

    private static void CheckBuild(string setting, string name, object? expected)
    {
        if (NotInBuilds.ContainsKey(setting))
            return;
        Assert.True(Metadata.TryGetValue(name, out var text), $"EosMLNet.Build.props lacks {name}");
        if (setting == "Seed" || !OtherDefault.ContainsKey(setting))
            Assert.Equal(FormattableString.Invariant($"{expected}"), text, ignoreCase: true);
        Assert.True(BuildOptions.Names.Contains(name) || name is "WarmStart" or "LatencyTable", $"the worker does not know {name}");
    }

    private static IEnumerable<string> Writable(Type type) => type.GetProperties().Where(property => property.CanWrite).Select(property => property.Name);

    private static bool Has(Type type, string path) => path.Split('.').Aggregate((Type?)type, (found, name) => found?.GetProperty(name)?.PropertyType) is not null;

    private static object? Value(object root, string path) => path.Split('.').Aggregate((object?)root, (found, name) => found!.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!.GetValue(found));
}
