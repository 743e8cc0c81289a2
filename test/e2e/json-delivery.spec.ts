import { describeDelivery } from './support/describe-delivery';

describeDelivery('json');
