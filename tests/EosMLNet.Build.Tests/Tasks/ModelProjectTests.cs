extern alias BuildTask;

using BuildTask::EosMLNet.Build.Tasks;

namespace EosMLNet.Build.Tests.Tasks;

public sealed class ModelProjectTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("vqa.zip", "vqa.proj")]
    [InlineData("my models/llava-1.5 7b.zip", "my models/llava-1_5 7b.proj")]
    [InlineData("a;b%20$(x).zip", "a_b_20__x_.proj")]
    [InlineData("a-name-that-is-much-longer-than-a-line-has-room-for.zip", "a-name-that-is-much-.proj")]
    public void It_is_named_after_the_artifact(string output, string name) => Assert.Equal(folder[name], ModelProject.PathFor(folder[output]));

    [Fact]
    public void It_knows_whose_the_artifact_is_also_when_the_whole_tree_has_moved()
    {
        Directory.CreateDirectory(folder["one/a b"]);
        foreach (var project in new[] { "one/a b/A.csproj", "one/a b/B.csproj" })
            folder.Write(project, "<Project />");
        var (artifact, first, second) = (folder["one/obj/50% it's/vqa.zip"], folder["one/a b/A.csproj"], folder["one/a b/B.csproj"]);
        Assert.Null(ModelProject.OtherOwner(artifact, first));
        ModelProject.Write(artifact, first, "/tools/worker.proj", live: false);
        Assert.Null(ModelProject.OtherOwner(artifact, first));
        Assert.Equal(first, ModelProject.OtherOwner(artifact, second));

        Directory.Move(folder["one"], folder["two"]);
        Assert.Null(ModelProject.OtherOwner(folder["two/obj/50% it's/vqa.zip"], folder["two/a b/A.csproj"]));
        File.Delete(folder["two/a b/A.csproj"]); // and what belongs to nobody is anybody's
        Assert.Null(ModelProject.OtherOwner(folder["two/obj/50% it's/vqa.zip"], folder["two/a b/B.csproj"]));
    }

    public void Dispose() => folder.Dispose();
}
