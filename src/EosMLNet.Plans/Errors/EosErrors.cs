namespace EosMLNet;

/// <summary>
/// The codes of <see cref="EosException"/>, the same from the library, the command line and the build. Each has a page in
/// build/docs/diagnostics.
/// </summary>
public static class EosErrors
{
    /// <summary>Whether a code says that the machine is at fault, EOS2xxx: another machine, or the same one later, may do better.</summary>
    /// <param name="code">The code.</param>
    public static bool IsOfEnvironment(string code) => code.StartsWith("EOS2", StringComparison.Ordinal);

    /// <summary>A file or folder that was named does not exist, cannot be read, or was changed while it was read.</summary>
    public const string FileMissing = "EOS1001";
    /// <summary>A safetensors file is truncated or its header is not valid.</summary>
    public const string SafetensorsHeader = "EOS1002";
    /// <summary>A safetensors file's tensors overlap, leave the file or do not have the size that their shape asks for.</summary>
    public const string SafetensorsLayout = "EOS1003";
    /// <summary>A tensor has a data type that is not supported.</summary>
    public const string UnsupportedDataType = "EOS1004";
    /// <summary>A tensor's shape contradicts the model's configuration.</summary>
    public const string TensorShape = "EOS1005";
    /// <summary>A tensor that the model needs is not in the checkpoint.</summary>
    public const string MissingTensor = "EOS1006";
    /// <summary>A checkpoint index names a shard that does not exist, or is itself malformed.</summary>
    public const string CheckpointIndex = "EOS1007";
    /// <summary>A JSON file is malformed.</summary>
    public const string MalformedJson = "EOS1008";
    /// <summary>The model's configuration asks for something that is not supported, such as an unknown model type.</summary>
    public const string UnsupportedModel = "EOS1009";
    /// <summary>An image or a video cannot be decoded.</summary>
    public const string UnreadableImage = "EOS1010";
    /// <summary>A row of a dataset is malformed: missing column, missing image, empty question.</summary>
    public const string DatasetRow = "EOS1011";
    /// <summary>A dataset has no rows.</summary>
    public const string EmptyDataset = "EOS1012";
    /// <summary>An option's value is out of its range.</summary>
    public const string InvalidOption = "EOS1013";
    /// <summary>The tokenizer's files are missing or malformed.</summary>
    public const string Tokenizer = "EOS1014";
    /// <summary>
    /// The model's inputs do not fit together, such as image tokens without an image, or a prompt longer than the model's context.
    /// </summary>
    public const string ModelInput = "EOS1015";
    /// <summary>Two models of one build have the same output.</summary>
    public const string DuplicateOutput = "EOS1016";
    /// <summary>A model's chat template has something that is not understood, or writes no prompt for the question.</summary>
    public const string ChatTemplate = "EOS1017";
    /// <summary>A cluster has no job of that name.</summary>
    public const string UnknownJob = "EOS1018";
    /// <summary>libtorch or its .NET binding cannot be loaded.</summary>
    public const string LibTorch = "EOS2001";
    /// <summary>The device that was asked for is not there.</summary>
    public const string Device = "EOS2002";
    /// <summary>A file cannot be written.</summary>
    public const string CannotWrite = "EOS2003";
    /// <summary>The installed ML.NET lacks a member that EosMLNet builds on.</summary>
    public const string MlNetVersion = "EOS2004";
    /// <summary>
    /// A native library other than torch's cannot be loaded, such as the one that decodes images; or the program that decodes videos.
    /// </summary>
    public const string NativeLibrary = "EOS2005";
    /// <summary>The build's worker could not be started, or ended without a result: killed, out of memory, or crashed.</summary>
    public const string WorkerEnded = "EOS2006";
    /// <summary>The build's worker took longer than it may.</summary>
    public const string WorkerTimeout = "EOS2007";
    /// <summary>libtorch has failed in a linear layer whose weight was laid out for the processor.</summary>
    public const string PackedLayer = "EOS2008";
    /// <summary>The device does not compute in the data type that was asked for, or a weight cannot be kept in it.</summary>
    public const string DataType = "EOS2009";
    /// <summary>The program has no engine that can run the model.</summary>
    public const string Engine = "EOS2010";
    /// <summary>ONNX Runtime's native library cannot be loaded, is too old, or refuses a graph.</summary>
    public const string OnnxRuntime = "EOS2011";
    /// <summary>
    /// The application's Microsoft.ML.TorchSharp does not work beside this TorchSharp, or is none that the build can rewrite.
    /// </summary>
    public const string MlTorchSharp = "EOS2012";
    /// <summary>A queue of questions takes no more: it is full, or it is closed.</summary>
    public const string QueueFull = "EOS2013";
    /// <summary>The silos of a cluster see different shared folders.</summary>
    public const string SharedFolder = "EOS2014";
    /// <summary>No silo of a cluster answers.</summary>
    public const string ClusterUnreachable = "EOS2015";
    /// <summary>The devices that worked on a piece of a cluster's work were lost with it, again and again.</summary>
    public const string WorkLost = "EOS2016";
    /// <summary>There is too little memory.</summary>
    public const string OutOfMemory = "EOS2017";
    /// <summary>No plan can satisfy the constraints.</summary>
    public const string InfeasibleBudget = "EOS3001";
    /// <summary>The search's loss stopped being a number.</summary>
    public const string Diverged = "EOS3002";
    /// <summary>The searched plan loses more accuracy than the build allows.</summary>
    public const string AccuracyGate = "EOS3003";
    /// <summary>The searched plan is not as much faster as the build asks for.</summary>
    public const string SpeedGate = "EOS3004";
    /// <summary>The committed plan was not made from the present options, data, model and version.</summary>
    public const string StalePlan = "EOS3005";
    /// <summary>A job of a cluster is over, and something of it could not be done.</summary>
    public const string JobFailed = "EOS3006";
    /// <summary>A plan file is malformed or of a newer version.</summary>
    public const string PlanFile = "EOS4001";
    /// <summary>A plan does not fit the model it is applied to.</summary>
    public const string PlanMismatch = "EOS4002";
    /// <summary>A saved model is truncated, corrupt or of a newer version.</summary>
    public const string ModelArtifact = "EOS4003";
    /// <summary>The weights that a saved model refers to are missing or have changed.</summary>
    public const string ReferencedWeights = "EOS4004";
    /// <summary>The checkpoint of a search is damaged or belongs to another search.</summary>
    public const string SearchCheckpoint = "EOS4005";
    /// <summary>An entry of the build's cache is damaged; it is made again.</summary>
    public const string CacheEntry = "EOS4006";
    /// <summary>A latency table is malformed or of another version.</summary>
    public const string LatencyTable = "EOS4007";
    /// <summary>A graph of an exported model, or the manifest of its graphs, is damaged, was changed, or is of a newer version.</summary>
    public const string OnnxGraph = "EOS4009";
    /// <summary>A file is not what its signature signs, or has none.</summary>
    public const string Signature = "EOS4010";
    /// <summary>A build without building (NoBuild) needs an artifact that no build has made.</summary>
    public const string ArtifactMissing = "EOS4008";
}
