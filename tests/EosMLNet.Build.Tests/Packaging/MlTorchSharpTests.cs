using System.Text;
using EosMLNet.Build.Tests.Integration;

namespace EosMLNet.Build.Tests.Packaging;

/// <summary>A program with Microsoft.ML.TorchSharp beside the package is warned, and gets a rewritten copy if it wants one.</summary>
public sealed class MlTorchSharpTests : IDisposable
{
    private const string Assembly = "Microsoft.ML.TorchSharp.dll";

    private readonly ThrowAway app = new();

    [Fact]
    public void Output_and_publish_folder_get_the_copy_and_the_second_build_makes_none()
    {
        Project("<EosRewriteMLTorchSharp>true</EosRewriteMLTorchSharp>").Dotnet("build").Succeeds();
        Assert.True(IsRewritten($"bin/Debug/net10.0/{Assembly}"));
        var made = File.GetLastWriteTimeUtc(app[$"obj/Debug/net10.0/eos/{Assembly}"]);
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal(made, File.GetLastWriteTimeUtc(app[$"obj/Debug/net10.0/eos/{Assembly}"]));

        app.Dotnet("publish", "--no-build", "-c", "Debug", "-o", app["out"]).Succeeds();
        Assert.True(IsRewritten($"out/{Assembly}"));

        app.Dotnet("build", "--no-restore", "-t:Rebuild").Succeeds();
        Assert.True(IsRewritten($"bin/Debug/net10.0/{Assembly}"));

        // Back: Microsoft's own.
        app.Dotnet("build", "--no-restore", "-p:EosRewriteMLTorchSharp=false").Succeeds();
        Assert.False(IsRewritten($"bin/Debug/net10.0/{Assembly}"));
    }

    [Fact]
    public void Who_has_not_decided_is_warned()
    {
        var run = Project().Dotnet("build");
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("App.csproj : warning EOS2012: Microsoft.ML.TorchSharp 0.23.1 was built for an older TorchSharp.", run.Output);
        Assert.Contains("EosRewriteMLTorchSharp to true", run.Output);
        Assert.Contains("1 Warning(s)", run.Output);
        Assert.False(IsRewritten($"bin/Debug/net10.0/{Assembly}"));

        string[] check = ["msbuild", "-t:_EosCheckMLTorchSharp"];
        Assert.Contains("EOS2012", app.Dotnet(check).Output);
        app.Dotnet([.. check, "-p:EosRewriteMLTorchSharp=false"]).Succeeds();
        app.Dotnet([.. check, "-p:OutputType=Library"]).Succeeds();
        app.Dotnet([.. check, "-p:DesignTimeBuild=true"]).Succeeds();
    }

    [Fact]
    public void Another_version_is_an_error_with_a_remedy()
    {
        app.Write($"other/{Assembly}", "not the one");
        Project("<EosRewriteMLTorchSharp>true</EosRewriteMLTorchSharp>", $"""
            <Target Name="AnotherVersion" AfterTargets="ResolvePackageAssets">
              <ItemGroup>
                <RuntimeCopyLocalItems Remove="@(RuntimeCopyLocalItems)" Condition="'%(Filename)' == 'Microsoft.ML.TorchSharp'" />
                <RuntimeCopyLocalItems Include="other/{Assembly}" CopyLocal="true" />
              </ItemGroup>
            </Target>
            """);
        var run = app.Dotnet("build").FailsWith("EOS2012");
        Assert.Contains("App.csproj : error EOS2012: Microsoft.ML.TorchSharp cannot be rewritten.", run.Output);
        Assert.Contains("take EosRewriteMLTorchSharp away", run.Output);
    }

    public void Dispose() => app.Dispose();

    // What the copy says of itself.
    private bool IsRewritten(string file) =>
        File.ReadAllBytes(app[file]).AsSpan().IndexOf(Encoding.UTF8.GetBytes(", rewritten by EosMLNet")) >= 0;

    private ThrowAway Project(string properties = "", string targets = "") => app.Write("App.csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <NoWarn>NU1603</NoWarn> <!-- the feed of the tests does not have each version that the package names -->
            {properties}
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="EosMLNet" Version="{LocalFeed.Version}" />
            <PackageReference Include="Microsoft.ML.TorchSharp" Version="0.23.1" />
          </ItemGroup>
          {targets}
        </Project>
        """);
}
