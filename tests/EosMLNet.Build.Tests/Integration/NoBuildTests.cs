namespace EosMLNet.Build.Tests.Integration;

/// <summary>What is done without building takes what was built, and says so where that is not there.</summary>
public sealed class NoBuildTests : IDisposable
{
    private readonly ThrowAway app = new();

    [Fact]
    public void What_was_built_is_published_and_what_is_missing_is_an_error()
    {
        app.Project().Restored().Dotnet("build", "--no-restore").Succeeds();
        app.Count();
        Publish().Succeeds();
        Assert.True(File.Exists(app["out/vqa.zip"]) && File.Exists(app["out/vqa.plan.json"]));

        Directory.Move(app["data"], app["data-elsewhere"]); // it is not needed any more
        Publish().Succeeds();
        foreach (var file in new[] { "vqa.zip", "vqa.plan.json", "vqa.plan.safetensors", "vqa.summary.json", "vqa.stamp" })
        {
            File.Move(app[$"obj/eos/Debug/{file}"], app["aside"]);
            Assert.Contains(file == "vqa.stamp" ? "was not finished" : file, Publish().FailsWith("EOS4008").Output);
            File.Move(app["aside"], app[$"obj/eos/Debug/{file}"]);
        }
        Publish().Succeeds();
        Directory.Delete(app["obj/eos"], recursive: true);
        var run = Publish().FailsWith("EOS4008");
        Assert.Contains("App.csproj(", run.Output);
        Assert.Contains("Build the project first", run.Output);
        Assert.Equal((0, 0), app.Count());

        Directory.Move(app["data-elsewhere"], app["data"]);
        app.Dotnet("build", "--no-restore").Succeeds();
        Publish().Succeeds();

        BuildRun Publish() => app.Dotnet("publish", "--no-build", "-c", "Debug", "-o", app["out"]);
    }

    [Fact]
    public void A_referencing_project_and_a_package_of_a_tool_do_not_go_without_it_either()
    {
        app.Write("lib/Lib.cs", "public static class Lib { }");
        app.Project(file: "lib/Lib.csproj", model: "../model", data: """ TrainingData="../data/train.tsv" ImageFolder="../data/images" OutputFile="vqa.zip" MeanVisualTokens="16" """, properties: "<OutputType>Library</OutputType>");
        app.Write("app/App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><PackAsTool>true</PackAsTool></PropertyGroup>
              <ItemGroup><Compile Include="../Program.cs" /><ProjectReference Include="../lib/Lib.csproj" /></ItemGroup>
            </Project>
            """);
        app.Dotnet("build", "app/App.csproj", "-c", "Release").Succeeds();
        app.Dotnet("publish", "app/App.csproj", "--no-build", "-o", app["out"]).Succeeds();
        Assert.True(File.Exists(app["out/vqa.zip"]));
        Directory.Delete(app["lib/obj/eos"], recursive: true);
        app.Dotnet("publish", "app/App.csproj", "--no-build").FailsWith("EOS4008");
        app.Dotnet("pack", "app/App.csproj", "--no-build").FailsWith("EOS4008");
    }

    public void Dispose() => app.Dispose();
}
