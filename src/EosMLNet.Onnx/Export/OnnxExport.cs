using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx;

/// <summary>
/// Writes a model under a plan as ONNX graphs: one of the vision encoder, one of the decoder. Their weights stay in the checkpoint's own
/// files, which lie in the same folder.
/// </summary>
public static class OnnxExport
{
    /// <summary>Exports a checkpoint under this plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="modelFolder">The checkpoint folder.</param>
    /// <param name="outputFolder">Where the graphs go. Another folder than the checkpoint's gets copies of its files.</param>
    /// <param name="options">How it is exported; null for <see cref="OnnxModel"/>, with the weights as they are.</param>
    /// <param name="cancellation">Ends the work. Without its manifest a folder is no export.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be read. EOS2003: a file cannot be written. EOS4002: the plan was made
    /// for other weights, or has a part that cannot be written as operators.</exception>
    public static OnnxManifest ExportOnnx(this ReductionPlan plan, string modelFolder, string outputFolder,
        OnnxExportOptions? options = null, CancellationToken cancellation = default) =>
        Write(modelFolder, plan, outputFolder, options, cancellation);

    /// <summary>Exports a checkpoint, unreduced or under a plan.</summary>
    /// <param name="modelFolder">The checkpoint folder.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="outputFolder">Where the graphs go. Another folder than the checkpoint's gets copies of its files.</param>
    /// <param name="options">How it is exported; null for <see cref="OnnxModel"/>, with the weights as they are.</param>
    /// <param name="cancellation">Ends the work. Without its manifest a folder is no export.</param>
    /// <inheritdoc cref="ExportOnnx"/>
    public static OnnxManifest Write(string modelFolder, ReductionPlan? plan, string outputFolder, OnnxExportOptions? options = null,
        CancellationToken cancellation = default)
    {
        using var graphs = ModelGraphs.Open(modelFolder, plan, new OnnxOptions(), []);
        graphs.PlanModel.Identity.Begin();
        var (layout, weights) = (options?.Layout ?? OnnxLayout.Eos, options?.Weights ?? OnnxWeights.Stored);
        var metadata = GraphMetadata.Of(graphs.Plan);
        var (vision, decoder) = graphs.Write(layout, metadata); // refuses what cannot be written, before anything is
        graphs.Plan.CheckFingerprint(graphs.PlanModel, cancellation);
        if (Path.GetFullPath(outputFolder) != Path.GetFullPath(modelFolder))
            Copy(modelFolder, outputFolder, withWeights: weights == OnnxWeights.Stored, cancellation);
        OnnxGraphFile? converted = null;
        if (weights != OnnxWeights.Stored)
        {
            WeightConversion.Write(outputFolder, graphs.Config, graphs.Weights.Checkpoint!, weights, cancellation);
            using var few = WeightFiles.OfConverted(outputFolder);
            (vision, decoder) = (graphs with { Weights = few }).Write(layout, metadata);
            converted = OnnxManifest.Describe(outputFolder, WeightFiles.ConvertedFile);
        }
        graphs.Plan.Save(Path.Combine(outputFolder, OnnxManifest.PlanFile));
        var (visionFile, decoderFile) = OnnxManifest.FilesOf(layout);
        var manifest = new OnnxManifest
        {
            Layout = layout,
            Family = graphs.Config.ModelType,
            Model = graphs.PlanModel.Fingerprint,
            Plan = GraphMetadata.HashOf(graphs.Plan),
            Weights = weights,
            WeightsFile = converted,
            Graphs = [Save(visionFile, vision), Save(decoderFile, decoder)],
        };
        if (layout == OnnxLayout.GenAi)
        {
            GenAiConfig.Save(outputFolder, graphs.Config, graphs.GenAiDecoder.BufferCount);
            GenAiReadme.Save(outputFolder, graphs, ExportedGraph.InputsOf(decoder));
        }
        manifest.Save(outputFolder); // last: a folder without it is no export
        return manifest;

        OnnxGraphFile Save(string name, byte[] graph)
        {
            AtomicFile.Write(Path.Combine(outputFolder, name), stream => stream.Write(graph));
            return new OnnxGraphFile(name, OnnxManifest.HashOf(graph), graph.LongLength);
        }
    }

    private static void Copy(string from, string to, bool withWeights, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        foreach (var file in new DirectoryInfo(from).EnumerateFiles()
            .Where(file => IsOfCheckpoint(file) && (withWeights || !file.Name.Contains(".safetensors", StringComparison.Ordinal))))
        {
            using var source = file.Open(FileMode.Open, FileAccess.Read, FileShare.Read);
            AtomicFile.Write(Path.Combine(to, file.Name), stream =>
            {
                for (int read; (read = source.Read(buffer)) > 0; cancellation.ThrowIfCancellationRequested())
                    stream.Write(buffer, 0, read);
            });
        }
    }

    private static bool IsOfCheckpoint(FileInfo file) => CheckpointFiles.MayHold(file.Name) && !OnnxManifest.IsOfExport(file.Name);
}
