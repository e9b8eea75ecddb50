using System.IO.Compression;
using System.Reflection;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Execution;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>The package's targets and tasks under an MSBuild older than the SDK's: the engine of 17.7, as a library.</summary>
public sealed class OlderEngineTests : IDisposable
{
    private readonly ThrowAway app = new();
    private readonly ErrorLog log = new();

    public OlderEngineTests()
    {
        ZipFile.ExtractToDirectory(LocalFeed.Package, app["package"]);
        Environment.SetEnvironmentVariable(FakeSearch.Journal, app["journal"]); // the engine is in this process, and the worker inherits its variables
    }

    [Fact]
    public void Both_tasks_run_and_the_artifact_becomes_an_item()
    {
        Assert.StartsWith("17.7.", typeof(ProjectCollection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        Project("");
        var run = Assert.Single(Build(app["old.proj"], "_EosPrepare").GetItems("_EosRun"));
        // The worker's project is built directly: the task that does so elsewhere is not in the engine's package.
        Build(run.EvaluatedInclude, "Run", run.GetMetadataValue("AdditionalProperties").Split('=', 2));
        Assert.Equal((1, 1), app.Count());

        var built = Build(app["old.proj"], "AssignTargetPaths");
        Assert.Empty(built.GetItems("_EosRun"));
        Assert.Equal(["vqa.zip", "vqa.plan.json", "vqa.plan.safetensors", "vqa.summary.json"], built.GetItems("None").Select(item => Path.GetFileName(item.EvaluatedInclude)));
        Assert.Equal((0, 0), app.Count());
        Assert.Empty(log.Errors);
    }

    [Fact]
    public void An_error_links_to_the_page_that_the_package_has_of_its_code()
    {
        Project("nowhere/");
        Build(app["old.proj"], "AssignTargetPaths");
        var error = Assert.Single(log.Errors);
        Assert.Equal("EOS1001", error.Code);
        Assert.Equal(app["old.proj"], error.File);
        Assert.Equal(4, error.LineNumber);
        Assert.StartsWith("# EOS1001", File.ReadAllText(new Uri(error.HelpLink!).LocalPath));
    }

    private void Project(string folder) => app.Write("old.proj", $"""
        <Project>
          <PropertyGroup><Configuration>Debug</Configuration><BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath></PropertyGroup>
          <Import Project="package/build/EosMLNet.Build.props" />
          <ItemGroup><EosModel Include="model" TrainingData="{folder}data/train.tsv" ImageFolder="data/images" OutputFile="vqa.zip" MeanVisualTokens="16" /></ItemGroup>
          <Target Name="AssignTargetPaths" />
          <Import Project="package/build/EosMLNet.Build.targets" />
        </Project>
        """);

    private ProjectInstance Build(string file, string target, params string[] property)
    {
        using var projects = new ProjectCollection();
        var properties = new Dictionary<string, string> { ["EosWorkerPath"] = typeof(OlderEngineTests).Assembly.Location, ["EosCacheDir"] = app.Cache };
        if (property is [var name, var value])
            properties[name] = value;
        var project = new Project(file, properties, null, projects).CreateProjectInstance();
        project.Build([target], [log]);
        return project;
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(FakeSearch.Journal, null);
        app.Dispose();
    }
}
