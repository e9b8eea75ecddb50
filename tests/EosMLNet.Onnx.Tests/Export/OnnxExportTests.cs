using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Onnx.Protos;
using EosMLNet.Tensors;
using Google.Protobuf;

namespace EosMLNet.Tests.Onnx.Export;

/// <summary>Models as files: graphs beside their weights.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private static readonly Lazy<ReductionPlan> Plan = new(() =>
    {
        using var model = VisionLanguageModel.Load(Scenes, ModelDataType.Float32);
        return PlanSamples.Of("mixed", model.ToPlanModel());
    });

    private readonly TemporaryFolder folder = new();

    private static string Scenes => Repository.At("samples", "ScenesVqa", "scenes-llava");

    private static readonly (IReadOnlyList<Visual>, string)[] Rows = [([SampleImages.Of(1, 96)], "what colour is the circle"), ([SampleImages.Of(2, 96)], "what is the number")];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_exported_model_answers_as_one_whose_graphs_are_in_memory()
    {
        var manifest = Plan.Value.ExportOnnx(Scenes, folder.Path);
        using var exported = OnnxModel.LoadExported(folder.Path);
        using var loaded = OnnxModel.Load(Scenes, Plan.Value);
        Assert.Equal(loaded.Generate(Rows, 4), exported.Generate(Rows, 4), (a, b) => a.Ids.SequenceEqual(b.Ids) && a.MeanProbability == b.MeanProbability);
        Assert.Equal(loaded.Fingerprint.Get(), manifest.Model);
        Assert.Equal(3, exported.Plan.Sites.Count);
    }

    [Theory]
    [InlineData("llava_next", 28)]
    [InlineData("llava_onevision", 24)]
    public void An_exported_model_with_tiles_sees_what_one_sees_whose_graphs_are_in_memory(string family, int side)
    {
        var checkpoint = GoldenFiles.At("backbones", family, "checkpoint");
        var manifest = OnnxExport.Write(checkpoint, null, folder.Path);
        Assert.Equal(family, manifest.Family);
        using var exported = OnnxModel.LoadExported(folder.Path);
        using var loaded = OnnxModel.Load(checkpoint);
        float[] pixels = [.. Enumerable.Range(0, 3 * side * side).Select(i => MathF.Sin(i))];
        ImageShape[] whole = [new(1, side, side)];
        Assert.Equal(loaded.Encode(whole, pixels, default)[0].Features, exported.Encode(whole, pixels, default)[0].Features);
    }

    [Fact]
    public void Graphs_are_small_and_tell_their_plan_and_hold_no_weights()
    {
        var manifest = Plan.Value.ExportOnnx(Scenes, folder.Path);
        Assert.All(manifest.Graphs, graph => Assert.InRange(graph.Bytes, 1, 300_000));
        foreach (var graph in manifest.Graphs)
        {
            var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder.Path, graph.Name)));
            Assert.Contains(model.MetadataProps, entry => entry.Value == manifest.Plan);
            Assert.All(model.Graph.Initializer.SelectMany(tensor => tensor.ExternalData).Where(entry => entry.Key == "location"),
                entry => Assert.Equal("model.safetensors", entry.Value));
        }
    }

    [Theory]
    [InlineData(OnnxWeights.Float16, 0.02)]
    [InlineData(OnnxWeights.Int8, 0.05)]
    [InlineData(OnnxWeights.Int4, 0.3)]
    public void Converted_weights_answer_without_the_checkpoint_s(OnnxWeights weights, double tolerance)
    {
        var manifest = Plan.Value.ExportOnnx(Scenes, folder.Path, new OnnxExportOptions { Weights = weights });
        Assert.False(File.Exists(Path.Combine(folder.Path, "model.safetensors")));
        using var few = OnnxModel.LoadExported(folder.Path);
        using var stored = OnnxModel.Load(Scenes, Plan.Value);
        Assert.Equal(stored.Fingerprint.Get(), few.Fingerprint.Get());
        Assert.Equal(weights, manifest.Weights);
        Assert.All(stored.Generate(Rows, 1).Zip(few.Generate(Rows, 1)), pair => Assert.Equal(pair.First.MeanProbability, pair.Second.MeanProbability, tolerance));
    }

    [Fact]
    public void Fewer_bits_take_less_room()
    {
        long[] sizes = [.. new[] { OnnxWeights.Float16, OnnxWeights.Int8, OnnxWeights.Int4 }.Select(weights => Plan.Value.ExportOnnx(Scenes, folder.Path, new OnnxExportOptions { Weights = weights }).WeightsFile!.Bytes)];
        Assert.Equal(sizes.OrderDescending(), sizes);
    }

    [Fact]
    public void Converted_weights_that_were_changed_are_EOS4009_at_the_first_answer()
    {
        Plan.Value.ExportOnnx(Scenes, folder.Path, new OnnxExportOptions { Weights = OnnxWeights.Int8 });
        var path = Path.Combine(folder.Path, "eos-weights.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var model = OnnxModel.LoadExported(folder.Path);
        Assert.Equal(EosErrors.OnnxGraph, Assert.Throws<EosException>(() => model.Generate(Rows, 1)).Code);
    }

    [Fact]
    public void The_same_model_and_plan_give_the_same_bytes()
    {
        using var other = new TemporaryFolder();
        Assert.Equal(Plan.Value.ExportOnnx(Scenes, folder.Path).Graphs, Plan.Value.ExportOnnx(Scenes, other.Path).Graphs);
    }

    [Theory]
    [InlineData("eos-decoder.onnx")]
    [InlineData("eos-vision.onnx")]
    public void A_changed_graph_is_EOS4009(string name)
    {
        Plan.Value.ExportOnnx(Scenes, folder.Path);
        var path = Path.Combine(folder.Path, name);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Refused(EosErrors.OnnxGraph, name);
        File.WriteAllBytes(path, bytes[..100]);
        Refused(EosErrors.OnnxGraph, name);
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/model.safetensors")]
    public void Weights_outside_of_the_folder_are_EOS4009(string location)
    {
        Plan.Value.ExportOnnx(Scenes, folder.Path);
        var path = Path.Combine(folder.Path, "eos-decoder.onnx");
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        model.Graph.Initializer.First(tensor => tensor.ExternalData.Count > 0).ExternalData.First(entry => entry.Key == "location").Value = location;
        var bytes = model.ToByteArray();
        File.WriteAllBytes(path, bytes);
        var manifest = OnnxManifest.Load(folder.Path);
        (manifest with { Graphs = [manifest.Graphs[0], new OnnxGraphFile("eos-decoder.onnx", OnnxManifest.HashOf(bytes), bytes.Length)] }).Save(folder.Path);
        Refused(EosErrors.OnnxGraph, location);
    }

    [Fact]
    public void Another_plan_beside_the_graphs_is_EOS4009()
    {
        Plan.Value.ExportOnnx(Scenes, folder.Path);
        ReductionPlan.Identity(Plan.Value.Model).Save(Path.Combine(folder.Path, "eos-plan.json"));
        Refused(EosErrors.OnnxGraph, "eos-plan.json");
    }

    [Theory]
    [InlineData("{", "malformed")]
    [InlineData("""{"version":2,"family":"llava","model":"","plan":"","graphs":[]}""", "version 2")]
    [InlineData("""{"version":1,"family":"llava","model":"","plan":"","graphs":[{"name":"../x","sha256":"","bytes":1}]}""", "../x")]
    [InlineData("""{"version":1,"family":"llava","model":"","plan":"","graphs":[null]}""", "null")]
    [InlineData("""{"version":1,"family":"llava","model":"","plan":"","graphs":null}""", "malformed")]
    [InlineData("""{"version":1,"family":"llava","model":"","plan":"","graphs":[{"name":"eos-vision.onnx"},{"name":"eos-decoder.onnx"}]}""", "malformed")]
    public void A_manifest_that_is_not_what_was_written_is_EOS4009(string json, string named)
    {
        File.WriteAllText(Path.Combine(folder.Path, "eos-onnx.json"), json);
        Refused(EosErrors.OnnxGraph, named);
    }

    [Fact]
    public void A_folder_without_an_export_is_EOS1001() => Refused(EosErrors.FileMissing, "eos-onnx.json");

    [Fact]
    public void A_graph_without_its_weights_is_EOS1001()
    {
        Plan.Value.ExportOnnx(Scenes, folder.Path);
        File.Delete(Path.Combine(folder.Path, "model.safetensors"));
        Refused(EosErrors.FileMissing, "model.safetensors");
    }

    [Fact]
    public void Weights_of_another_checkpoint_are_EOS4002_at_the_first_answer()
    {
        Plan.Value.ExportOnnx(Scenes, folder.Path);
        var path = Path.Combine(folder.Path, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var model = OnnxModel.LoadExported(folder.Path);
        Assert.Equal(EosErrors.PlanMismatch, Assert.Throws<EosException>(() => model.Generate(Rows, 1)).Code);
    }

    [Fact]
    public void A_plan_of_another_model_is_not_exported()
    {
        var other = Plan.Value with { Model = Plan.Value.Model with { Identity = new ModelFingerprint("sha256:other") } };
        Assert.Equal(EosErrors.PlanMismatch, Assert.Throws<EosException>(() => other.ExportOnnx(Scenes, folder.Path)).Code);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Answers_can_be_cancelled_and_the_model_answers_afterwards()
    {
        using var model = OnnxModel.Load(Scenes, Plan.Value);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => model.Generate(Rows, 8, (_, _) => source.Cancel(), source.Token));
        Assert.Equal(2, model.Generate(Rows, 8).Count);
    }

    [Fact]
    public async Task Several_threads_get_the_answers_that_one_gets()
    {
        using var model = OnnxModel.Load(Scenes, Plan.Value);
        var alone = model.Generate(Rows, 4);
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => model.Generate(Rows, 4))));
        Assert.All(together, answers => Assert.Equal(alone.Select(answer => answer.Ids), answers.Select(answer => answer.Ids)));
    }

    private void Refused(string code, string named)
    {
        var fault = Assert.Throws<EosException>(() => OnnxModel.LoadExported(folder.Path));
        Assert.Equal(code, fault.Code);
        Assert.Contains(named, fault.Message);
    }
}
