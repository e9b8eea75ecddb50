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
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be read. EOS1013: an option is out of its range. EOS2003: a file
    /// cannot be written. EOS2011: converted weights are to be measured, and ONNX Runtime is not there. EOS3003: they lose more accuracy
    /// than they may; nothing is written. EOS4002: the plan was made for other weights, or has a part that cannot be written as
    /// operators.</exception>
    public static OnnxManifest ExportOnnx(this ReductionPlan plan, string modelFolder, string outputFolder,
        OnnxExportOptions? options = null, CancellationToken cancellation = default) =>
        Write(modelFolder, plan, outputFolder, options, cancellation);

    /// <summary>Exports a checkpoint, unreduced or under a plan.</summary>
    /// <param name="modelFolder">The checkpoint folder.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="outputFolder">Where the graphs go. Another folder than the checkpoint's gets copies of its files.</param>
    /// <param name="options">How it is exported; null for <see cref="OnnxModel"/>, with the weights as they are.</param>
    /// <param name="cancellation">Ends the work. Without its manifest a folder is no export.</param>
    /// <inheritdoc cref="ExportOnnx" path="/*[not(self::param) and not(self::summary)]"/>
    public static OnnxManifest Write(string modelFolder, ReductionPlan? plan, string outputFolder, OnnxExportOptions? options = null,
        CancellationToken cancellation = default)
    {
        var (layout, weights, check) = (options?.Layout ?? OnnxLayout.Eos, options?.Weights ?? OnnxWeights.Stored, options?.Check);
        CheckOptions(weights, check);
        using var graphs = ModelGraphs.Open(modelFolder, plan, check?.Runtime ?? new OnnxOptions(), []);
        graphs.PlanModel.Identity.Begin();
        var metadata = GraphMetadata.Of(graphs.Plan);
        var (vision, decoder) = GraphsOf(graphs); // refuses what cannot be written, before anything is
        graphs.Plan.CheckFingerprint(graphs.PlanModel, cancellation);
        using var staged = new StagedExport(outputFolder);
        WeightsAccuracy? accuracy = null;
        if (weights != OnnxWeights.Stored)
        {
            WeightConversion.Write(staged.Folder, graphs.Config, graphs.Weights.Checkpoint!, weights, cancellation);
            using var few = WeightFiles.OfConverted(staged.Folder);
            var converted = graphs with { Weights = few };
            if (check is not null)
                accuracy = WeightsMeasurement.Of(check, (graphs, modelFolder), (converted, staged.Folder), cancellation);
            accuracy?.Check(weights);
            (vision, decoder) = GraphsOf(converted);
        }
        if (Path.GetFullPath(outputFolder) != Path.GetFullPath(modelFolder))
            Copy(modelFolder, staged.Folder, withWeights: weights == OnnxWeights.Stored, cancellation);
        graphs.Plan.Save(Path.Combine(staged.Folder, OnnxManifest.PlanFile));
        var (visionFile, decoderFile) = OnnxManifest.FilesOf(layout);
        var manifest = new OnnxManifest
        {
            Layout = layout,
            Family = graphs.Config.ModelType,
            Model = graphs.PlanModel.Fingerprint,
            Plan = GraphMetadata.HashOf(graphs.Plan),
            Weights = weights,
            WeightsFile = weights == OnnxWeights.Stored ? null : OnnxManifest.Describe(staged.Folder, WeightFiles.ConvertedFile),
            Accuracy = accuracy,
            Graphs = [Save(visionFile, vision), Save(decoderFile, decoder)],
        };
        if (layout == OnnxLayout.GenAi)
        {
            GenAiConfig.Save(staged.Folder, graphs.Config, graphs.GenAiDecoder.BufferCount);
            GenAiReadme.Save(staged.Folder, outputFolder, graphs, ExportedGraph.InputsOf(decoder));
        }
        manifest.Save(staged.Folder);
        staged.Take();
        return manifest;

        (byte[] Vision, byte[] Tokens) GraphsOf(ModelGraphs of) => (of.WriteVision(metadata), of.WriteTokens(layout, metadata));

        OnnxGraphFile Save(string name, byte[] graph)
        {
            AtomicFile.Write(Path.Combine(staged.Folder, name), stream => stream.Write(graph));
            return new OnnxGraphFile(name, OnnxManifest.HashOf(graph), graph.LongLength);
        }
    }

    private static void CheckOptions(OnnxWeights weights, WeightsCheck? check)
    {
        if (check is not null && weights == OnnxWeights.Stored)
            throw new EosException(EosErrors.InvalidOption,
                "Questions were given to measure converted weights, but the weights are exported as they are stored. Choose Float16, " +
                "Int8 or Int4 weights, or leave the questions out.");
        if (check is not null && check.MaxAccuracyDrop is not (>= 0 and <= 1))
            throw new EosException(EosErrors.InvalidOption, FormattableString.Invariant(
                $"MaxAccuracyDrop is {check.MaxAccuracyDrop}; expected 0 to 1."));
    }

    private static void Copy(string from, string to, bool withWeights, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        foreach (var file in new DirectoryInfo(from).EnumerateFiles()
            .Where(file => IsOfCheckpoint(file) && (withWeights || !file.Name.Contains(".safetensors", StringComparison.Ordinal))))
        {
            using var source = SafetensorsFile.OpenHandle(file.FullName);
            var (length, written) = Stamp();
            AtomicFile.Write(Path.Combine(to, file.Name), stream =>
            {
                long copied = 0;
                for (int read; (read = RandomAccess.Read(source, buffer, copied)) > 0; cancellation.ThrowIfCancellationRequested())
                {
                    stream.Write(buffer, 0, read);
                    copied += read;
                }
                if (copied != length || Stamp() != (length, written))
                    throw new EosException(EosErrors.FileMissing,
                        $"'{file.FullName}' was changed while it was copied. Export the model again when nobody writes to it.");
            });

            (long, DateTime) Stamp() => (RandomAccess.GetLength(source), File.GetLastWriteTimeUtc(source));
        }
    }

    private static bool IsOfCheckpoint(FileInfo file) => CheckpointFiles.MayHold(file.Name) && !OnnxManifest.IsOfExport(file.Name);
}
