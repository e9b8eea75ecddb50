namespace EosMLNet.Onnx;

/// <summary>
/// Writes a model under a plan as ONNX graphs: one of the vision encoder, one of the decoder. Their weights stay in the checkpoint's own
/// files, which lie in the same folder.
/// </summary>
public static class OnnxExport
{
    /// <summary>Exports a checkpoint under a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="modelFolder">The checkpoint folder.</param>
    /// <param name="outputFolder">Where the graphs go. Another folder than the checkpoint's gets copies of its files.</param>
    /// <param name="cancellation">Ends the copying; what was not finished is not left behind.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be read. EOS2003: a file cannot be written. EOS4002: the plan was made
    /// for other weights, or has a part that cannot be written as operators.</exception>
    public static OnnxManifest ExportOnnx(
        this ReductionPlan plan, string modelFolder, string outputFolder, CancellationToken cancellation = default) =>
        Write(modelFolder, plan, outputFolder, cancellation);

    /// <summary>Exports a checkpoint, unreduced or under a plan.</summary>
    /// <param name="modelFolder">The checkpoint folder.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <inheritdoc cref="ExportOnnx"/>
    /// <param name="outputFolder"></param>
    /// <param name="cancellation"></param>
    public static OnnxManifest Write(
        string modelFolder, ReductionPlan? plan, string outputFolder, CancellationToken cancellation = default)
    {
        var config = ModelConfig.Load(modelFolder);
        var processor = VisionLanguageProcessor.Exists(modelFolder) ? VisionLanguageProcessor.Load(modelFolder, config) : null;
        var files = CheckpointFiles.Of(modelFolder);
        using var checkpoint = Checkpoint.Open(modelFolder);
        config.CheckWeights(checkpoint);
        var planModel = config.ToPlanModel(processor?.Images, new ModelFingerprint(files.Fingerprint));
        planModel.Identity.Begin();
        var graphs = ModelGraphs.Of(config, planModel, plan, checkpoint);
        var (vision, decoder) = graphs.Write();
        graphs.Plan.CheckFingerprint(planModel, cancellation);
        if (Path.GetFullPath(outputFolder) != Path.GetFullPath(modelFolder))
            Copy(modelFolder, outputFolder, cancellation);
        graphs.Plan.Save(Path.Combine(outputFolder, OnnxManifest.PlanFile));
        var manifest = new OnnxManifest
        {
            Family = config.ModelType,
            Model = planModel.Fingerprint,
            Plan = GraphMetadata.HashOf(graphs.Plan),
            Graphs = [Save(OnnxManifest.VisionFile, vision), Save(OnnxManifest.DecoderFile, decoder)],
        };
        manifest.Save(outputFolder); // last: a folder without it is no export
        return manifest;

        OnnxGraphFile Save(string name, byte[] graph)
        {
            AtomicFile.Write(Path.Combine(outputFolder, name), stream => stream.Write(graph));
            return new OnnxGraphFile(name, OnnxManifest.HashOf(graph), graph.LongLength);
        }
    }

    private static void Copy(string from, string to, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        foreach (var file in new DirectoryInfo(from).EnumerateFiles().Where(IsOfCheckpoint))
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
