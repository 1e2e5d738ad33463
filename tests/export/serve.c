/* Serves texts with TensorFlow's C library alone: prints what a signature answers.

   serve SAVED_MODEL INPUT OUTPUT... -- TEXT...

   INPUT and OUTPUT are tensor names as signatures.json has them, such as StatefulPartitionedCall:2.
   Prints a line for each output: its dimensions, then its values; strings in hexadecimal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tensorflow/c/c_api.h>

enum { MOST_OUTPUTS = 16 };

static void check(const TF_Status *status) {
  if (TF_GetCode(status) == TF_OK) return;
  fprintf(stderr, "TensorFlow: %s\n", TF_Message(status));
  exit(1);
}

static TF_Output find(TF_Graph *graph, const char *name) {
  char operation[256];
  const char *colon = strrchr(name, ':');
  if (colon == NULL || colon - name >= (long)sizeof operation) {
    fprintf(stderr, "not a tensor name: %s\n", name);
    exit(1);
  }
  memcpy(operation, name, colon - name);
  operation[colon - name] = '\0';
  TF_Output output = {TF_GraphOperationByName(graph, operation), atoi(colon + 1)};
  if (output.oper == NULL) {
    fprintf(stderr, "no operation %s\n", operation);
    exit(1);
  }
  return output;
}

static TF_Tensor *strings(char **texts, int64_t count) {
  TF_Tensor *tensor = TF_AllocateTensor(TF_STRING, &count, 1, count * sizeof(TF_TString));
  TF_TString *data = TF_TensorData(tensor);
  for (int64_t i = 0; i < count; i++) {
    TF_TString_Init(&data[i]);
    TF_TString_Copy(&data[i], texts[i], strlen(texts[i]));
  }
  return tensor;
}

static void print(const TF_Tensor *tensor) {
  for (int i = 0; i < TF_NumDims(tensor); i++) printf("%lld ", (long long)TF_Dim(tensor, i));
  printf("|");
  for (int64_t i = 0; i < TF_TensorElementCount(tensor); i++) {
    printf(" ");
    if (TF_TensorType(tensor) == TF_FLOAT) {
      printf("%.9g", ((float *)TF_TensorData(tensor))[i]);
    } else {
      const TF_TString *string = (TF_TString *)TF_TensorData(tensor) + i;
      const unsigned char *bytes = (const unsigned char *)TF_TString_GetDataPointer(string);
      for (size_t k = 0; k < TF_TString_GetSize(string); k++) printf("%02x", bytes[k]);
    }
  }
  printf("\n");
}

int main(int count, char **arguments) {
  TF_Status *status = TF_NewStatus();
  TF_Graph *graph = TF_NewGraph();
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *tags[] = {"serve"};
  TF_Session *session =
      TF_LoadSessionFromSavedModel(options, NULL, arguments[1], tags, 1, graph, NULL, status);
  check(status);

  TF_Output input = find(graph, arguments[2]), outputs[MOST_OUTPUTS];
  int next = 3, wanted = 0;
  for (; next < count && strcmp(arguments[next], "--") != 0 && wanted < MOST_OUTPUTS; next++) {
    outputs[wanted++] = find(graph, arguments[next]);
  }
  next++;
  TF_Tensor *given = strings(arguments + next, count - next), *answers[MOST_OUTPUTS];
  TF_SessionRun(session, NULL, &input, &given, 1, outputs, answers, wanted, NULL, 0, NULL, status);
  check(status);

  for (int i = 0; i < wanted; i++) {
    print(answers[i]);
    TF_DeleteTensor(answers[i]);
  }
  TF_DeleteTensor(given);
  TF_DeleteSession(session, status);
  TF_DeleteGraph(graph);
  TF_DeleteSessionOptions(options);
  TF_DeleteStatus(status);
  return 0;
}
