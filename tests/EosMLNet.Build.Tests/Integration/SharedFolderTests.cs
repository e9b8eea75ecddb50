namespace EosMLNet.Build.Tests.Integration;

/// <summary>Projects that share a folder for what is intermediate, as <c>BaseIntermediateOutputPath</c> lets them, do not take each other's models.</summary>
public sealed class SharedFolderTests : IDisposable
{
    private readonly ThrowAway app = new();

    [Fact]
    public void Two_projects_under_one_folder_have_a_model_each_and_are_up_to_date()
    {
        Share();
        app.Project(file: "A/Same.csproj", model: "../model", data: Data("../", 16));
        app.Project(file: "B/Same.csproj", model: "../model", data: Data("../", 8));
        app.Write("all.slnx", """<Solution><Folder Name="/A/"><Project Path="A/Same.csproj" /></Folder><Folder Name="/B/"><Project Path="B/Same.csproj" /></Folder></Solution>""");
        BuiltApart("A/Same.csproj", "B/Same.csproj");
    }

    [Fact]
    public void Two_projects_in_one_folder_have_a_model_each_too()
    {
        Share();
        app.Project(file: "A.csproj", data: Data("", 16), properties: "<EnableDefaultItems>false</EnableDefaultItems>", items: """<Compile Include="Program.cs" />""");
        app.Project(file: "B.csproj", data: Data("", 8), properties: "<EnableDefaultItems>false</EnableDefaultItems>", items: """<Compile Include="Program.cs" />""");
        app.Write("all.slnx", """<Solution><Project Path="A.csproj" /><Project Path="B.csproj" /></Solution>""");
        BuiltApart("A.csproj", "B.csproj");
    }

    [Fact]
    public void A_folder_that_two_projects_were_given_by_name_is_refused()
    {
        app.Project(file: "A/A.csproj", model: "../model", data: Data("../", 16), properties: "<EosIntermediateOutputPath>../models/</EosIntermediateOutputPath>");
        app.Project(file: "B/B.csproj", model: "../model", data: Data("../", 8), properties: "<EosIntermediateOutputPath>../models/</EosIntermediateOutputPath>");
        app.Write("A/Program.cs", "").Write("B/Program.cs", "");
        app.Write("A/Program.cs", "System.Console.WriteLine();").Write("B/Program.cs", "System.Console.WriteLine();");
        app.Dotnet("build", "A/A.csproj").Succeeds();
        var run = app.Dotnet("build", "B/B.csproj").FailsWith("EOS1016");
        Assert.Contains(Path.Combine("A", "A.csproj"), run.Output);
        app.Dotnet("build", "A/A.csproj").Succeeds();
        Assert.Equal((1, 1), app.Count());
    }

    private void BuiltApart(string first, string second)
    {
        app.Write("A/Program.cs", "System.Console.WriteLine();").Write("B/Program.cs", "System.Console.WriteLine();");
        app.Dotnet("build", "all.slnx").Succeeds();
        Assert.Equal((2, 2), app.Count());
        app.Dotnet("build", "all.slnx").Succeeds();
        Assert.Equal((0, 0), app.Count());
        var keys = new[] { first, second }.Select(project =>
        {
            app.Dotnet("publish", project, "--no-build", "-c", "Debug", "-o", app[$"out-{project}"]).Succeeds();
            return File.ReadAllText(app[$"out-{project}/vqa.plan.json"]);
        }).ToList();
        Assert.NotEqual(keys[0], keys[1]);
        app.Dotnet("clean", first).Succeeds();
        app.Dotnet("build", second).Succeeds();
        Assert.Equal((0, 0), app.Count()); // and cleaning one leaves the other
    }

    // As the case of a user has it: one obj for all, what the SDK itself writes there kept apart by name.
    private void Share() => app.Write("Directory.Build.props", File.ReadAllText(app["Directory.Build.props"]).Replace("<PropertyGroup>", """
        <PropertyGroup>
          <_Mine>$(MSBuildProjectName)-$([System.IO.Path]::GetFileName($(MSBuildProjectDirectory)))</_Mine>
          <MSBuildProjectExtensionsPath>$(MSBuildThisFileDirectory)obj/nuget/$(_Mine)/</MSBuildProjectExtensionsPath>
          <BaseIntermediateOutputPath>$(MSBuildThisFileDirectory)obj/</BaseIntermediateOutputPath>
          <IntermediateOutputPath>$(MSBuildThisFileDirectory)obj/$(Configuration)/$(_Mine)/</IntermediateOutputPath>
          <OutputPath>$(MSBuildThisFileDirectory)bin/$(_Mine)/$(Configuration)/</OutputPath>
          <AppendTargetFrameworkToIntermediateOutputPath>false</AppendTargetFrameworkToIntermediateOutputPath>
        """, StringComparison.Ordinal));

    private static string Data(string up, int tokens) => $""" TrainingData="{up}data/train.tsv" ImageFolder="{up}data/images" OutputFile="vqa.zip" MeanVisualTokens="{tokens}" """;

    public void Dispose() => app.Dispose();
}
